"""The page as text: whole, small, without ids that collide, without references to elsewhere."""

import html.parser
from collections.abc import Callable
from dataclasses import replace

import pytest

from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.report.content import ReportContent
from gan_audio_compression.evaluation.report.page import render_report

MakeContent = Callable[..., ReportContent]


class Elements(html.parser.HTMLParser):
    """Collects ids, references and headings' ids of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


@pytest.fixture(scope="module")
def page(make_content: MakeContent) -> str:
    return render_report(make_content())


def test_ids_are_unique_and_every_reference_finds_its_id(page: str) -> None:
    elements = Elements(page)
    ids = elements.values("id")
    assert len(ids) == len(set(ids))
    anchors = {link[1:] for link in elements.values("href") if link.startswith("#")}
    assert len(anchors) == 10
    assert anchors | set(elements.values("aria-labelledby")) <= set(ids)


def test_nothing_is_fetched_from_elsewhere(page: str) -> None:
    elements = Elements(page)
    assert all(source.startswith("data:") for source in elements.values("src"))
    assert all(link.startswith(("#", "data:")) for link in elements.values("href"))


def test_the_page_of_eighteen_systems_and_three_utterances_is_below_10_mb(page: str) -> None:
    systems = page.count("<audio") / 3
    assert systems == 13
    assert len(page.encode()) * 18 / systems < 10e6


def test_an_empty_bench_says_what_is_missing(make_content: MakeContent) -> None:
    content = make_content(["CELP"], absent=["CELP"], examples=0)
    page = render_report(replace(content, curves=[], spectrograms=[]))
    assert page.count("No figure was drawn.") == 2
    for text in ("No utterance was kept.", "There was nothing to pair.", "no phone labels"):
        assert text in page


def test_a_measure_of_somebody_else_is_shown_with_its_digits_and_direction(
    make_content: MakeContent,
) -> None:
    content = make_content(["Original", "BPGAN", "Codec2 1600"], examples=0)
    metric = Metric("Roughness <asper>", higher_is_better=False, digits=4)
    parts = {f"roughness_{part}": 0.12345 for part in ("mean", "median", "low", "high")}
    page = render_report(
        replace(
            content,
            metrics={**content.metrics, "roughness": metric},
            comparison=content.comparison.assign(**parts),
            validation=content.validation.assign(**parts),
            reference="Any <codec>",
        )
    )
    assert page.count("Roughness &lt;asper&gt;</th>") == 3
    assert "0.1235" in page or "0.1234" in page
    assert "Roughness &lt;asper&gt;, Phone error rate (%); else higher" in page
    assert "Each system minus Any &lt;codec&gt;," in page
    assert "<codec>" not in page and "<asper>" not in page
