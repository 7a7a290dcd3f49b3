"""The one JSON file of a test: what is written is read, and what does not fit is refused."""

import json
from typing import Any

import pytest

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.errors import ListeningTestError


def changed(test: ListeningTest, change: Any) -> bytes:
    content = json.loads(test.to_json())
    change(content)
    return json.dumps(content).encode()


def test_reads_what_it_wrote_with_the_same_digest(listening_test: ListeningTest) -> None:
    again = ListeningTest.from_json(listening_test.to_json().encode(), "test.json")
    assert again == listening_test and again.digest == listening_test.digest
    # The digest is of the content, whatever the file looks like.
    compact = changed(listening_test, lambda content: None)
    assert ListeningTest.from_json(compact, "test.json").digest == listening_test.digest


def test_another_seed_is_another_test(listening_test: ListeningTest) -> None:
    other = changed(listening_test, lambda content: content.update(seed=1))
    assert ListeningTest.from_json(other, "test.json").digest != listening_test.digest


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda c: c.update(version=2), "version"),
        (lambda c: c.update(extra=1), "extra"),
        (lambda c: c["trials"].append(c["training"]), "an utterance is in two trials"),
        (lambda c: c["trials"][0]["stimuli"].pop(), "two stimuli have the same name"),
        (lambda c: c["trials"][0]["stimuli"][0].update(condition="amr"), "every condition once"),
        (
            lambda c: c["trials"][0]["stimuli"][0].update(
                token=c["trials"][1]["stimuli"][0]["token"]
            ),
            "the same name",
        ),
        (lambda c: c["trials"][0]["stimuli"][0].update(token="original"), "token"),
        (lambda c: c["conditions"][1].update(role="best"), "role"),
        (lambda c: c.update(trials=[]), "trials"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    listening_test: ListeningTest, change: Any, complaint: str
) -> None:
    with pytest.raises(ListeningTestError, match=complaint) as caught:
        ListeningTest.from_json(changed(listening_test, change), "test.json")
    assert str(caught.value).startswith("test.json does not describe a listening test")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_what_is_no_description_is_refused(data: bytes) -> None:
    with pytest.raises(ListeningTestError, match=r"test\.json"):
        ListeningTest.from_json(data, "test.json")
