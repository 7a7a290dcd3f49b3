"""The test as one HTML page without a reference to anything outside."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from gan_audio_compression.html_page import page_environment, page_source, source_digest
from gan_audio_compression.listening.description import ListeningTest, Trial

_PAGE = ("gan_audio_compression.listening", "page")

_SCRIPTS = ("player.js", "records.js", "sending.js", "selection.js", "trial.js", "main.js")
"""Parts of the one script of the page, each of which uses those before it."""

_KEEPS_IN = '<meta name="ratings" content="{}">'
_IN_FILES, _ON_SERVER = _KEEPS_IN.format("file"), _KEEPS_IN.format("server")


def render_page(test: ListeningTest, stimuli: Mapping[str, bytes]) -> str:
    """The page as HTML in UTF-8, which saves ratings as a file.

    It tells neither what a stimulus went through nor which is the hidden reference.

    Args:
        stimuli: FLAC files by the name of the stimulus.
    """
    style = page_source(*_PAGE, "style.css")
    script = "".join(page_source(*_PAGE, name) for name in _SCRIPTS)
    template = page_environment(*_PAGE).get_template("page.html.j2")
    return template.render(
        test=test,
        stimuli=len(test.conditions),
        minutes=_minutes(test),
        data=_embeddable(_shown_to_listeners(test, stimuli)),
        keeps_in=Markup(_IN_FILES),
        style=Markup(style),
        style_digest=source_digest(style),
        script=Markup(script),
        script_digest=source_digest(script),
    )


def page_of_server(page: str) -> str:
    """The same page, which sends ratings to where it came from."""
    return page.replace(_IN_FILES, _ON_SERVER, 1)


def _shown_to_listeners(test: ListeningTest, stimuli: Mapping[str, bytes]) -> dict[str, Any]:
    references = {c.key for c in test.conditions if c.role == "hidden_reference"}

    def audio(token: str) -> str:
        return base64.b64encode(stimuli[token]).decode("ascii")

    def shown(trial: Trial) -> dict[str, Any]:
        reference = next(s.token for s in trial.stimuli if s.condition in references)
        return {
            "id": trial.id,
            "reference": audio(reference),
            # Sorted by name, as the order of the conditions would tell.
            "stimuli": {token: audio(token) for token in sorted(trial.tokens)},
        }

    return {
        "digest": test.digest,
        "training": shown(test.training),
        "trials": [shown(trial) for trial in test.trials],
    }


def _embeddable(data: Mapping[str, Any]) -> Markup:
    """JSON that no text within can end the element that it stands in."""
    return Markup(json.dumps(data).replace("<", "\\u003c"))


def _minutes(test: ListeningTest) -> int:
    """About how long the test takes: each stimulus is heard four times."""
    seconds = sum(trial.seconds for trial in (test.training, *test.trials))
    return 5 * max(1, round(4 * len(test.conditions) * seconds / 60 / 5))
