"""The page in a browser, from disk: it plays, scrolls and can be read, and asks for nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from gan_audio_compression.evaluation.report.content import ReportContent
from gan_audio_compression.evaluation.report.page import render_report

LeastContrast = Callable[[Page], tuple[float, str]]
MakeContent = Callable[..., ReportContent]

SYSTEMS = ["Original", "BPGAN", "Transform codec", "Opus", "Codec2 1600"]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
}
HOSTILE = "<script>window.hostile = 1</script><img src=x onerror='window.hostile = 2'>\"'"

OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true; })"
PLAYS = """async (audio) => {
  await audio.play();
  const limit = performance.now() + 3000;
  while (audio.currentTime < 0.05 && performance.now() < limit) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  audio.pause();
  return [audio.currentTime, audio.duration, audio.readyState];
}"""
SCROLLS = """async (region) => {
  const limit = performance.now() + 3000;
  while (region.scrollLeft === 0 && performance.now() < limit) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return region.scrollLeft;
}"""


@pytest.fixture(scope="module")
def report(make_content: MakeContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(
        render_report(make_content(SYSTEMS, examples=2)), tmp_path_factory.mktemp("report")
    )


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What a page says on its console and asks for; a test fails where that is anything."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []


def write(page: str, folder: Path) -> Path:
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def open_page(
    browser: Browser,
    path: Path,
    complaints: list[str],
    device: dict[str, Any],
    scheme: Literal["light", "dark"] = "light",
) -> Page:
    page = browser.new_context(**device, color_scheme=scheme).new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("data:", path.as_uri()))
            else complaints.append(request.url)
        ),
    )
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_image_shows_and_every_player_plays(
    browser: Browser,
    report: Path,
    complaints: list[str],
    device: dict[str, Any],
    make_content: MakeContent,
) -> None:
    page = open_page(browser, report, complaints, device)
    widths = page.eval_on_selector_all("img", "images => images.map(image => image.naturalWidth)")
    assert len(widths) == 2 and min(widths) > 0
    seconds = [
        len(recording.wave) / 16_000
        for example in make_content(SYSTEMS, examples=2).examples
        for recording in example.recordings
    ]
    players = page.locator("audio").all()
    for player, expected in zip(players, seconds, strict=True):
        position, duration, ready = player.evaluate(PLAYS)
        assert position >= 0.05 and ready >= 2
        assert duration == pytest.approx(expected, abs=0.02)
    assert len(players) == 8


def test_starting_a_player_stops_the_one_that_sounds(
    browser: Browser, report: Path, complaints: list[str]
) -> None:
    page = open_page(browser, report, complaints, DESKTOP)
    paused = "players => players.map(player => player.paused)"
    for sounding in (0, 3, 1):
        page.locator("audio").nth(sounding).evaluate("player => player.play()")
        states = page.eval_on_selector_all("audio", paused)
        assert [place for place, state in enumerate(states) if not state] == [sounding]


def test_tables_scroll_on_a_phone_and_the_page_does_not(
    browser: Browser, report: Path, complaints: list[str]
) -> None:
    page = open_page(browser, report, complaints, PHONE)
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    region = page.locator(".scroll").first
    name = region.locator("tbody th").first
    before = name.bounding_box()
    region.evaluate("region => { region.scrollLeft = 500; }")
    assert region.evaluate("region => region.scrollLeft") == 500
    assert name.bounding_box() == before


def test_tables_scroll_by_keyboard(browser: Browser, report: Path, complaints: list[str]) -> None:
    page = open_page(browser, report, complaints, PHONE)
    region = page.locator(".scroll").first
    region.focus()
    page.keyboard.press("ArrowRight")
    assert region.evaluate(SCROLLS) > 0
    assert region.evaluate("region => getComputedStyle(region).outlineStyle") == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(
    browser: Browser,
    report: Path,
    complaints: list[str],
    least_contrast: LeastContrast,
    scheme: Literal["light", "dark"],
) -> None:
    page = open_page(browser, report, complaints, DESKTOP, scheme)
    page.evaluate(OPEN_ALL)
    contrast, text = least_contrast(page)
    assert contrast >= 4.5, text
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")


def test_hostile_text_is_shown_and_never_run(
    browser: Browser, complaints: list[str], make_content: MakeContent, tmp_path: Path
) -> None:
    content = make_content(SYSTEMS, examples=1)
    comparison = content.comparison.replace("BPGAN", HOSTILE)
    comparison.loc[comparison["system"] == "Opus", "note"] = HOSTILE
    (example,) = content.examples
    hostile = replace(
        content,
        title=HOSTILE,
        introduction=HOSTILE,
        comparison=comparison,
        curves=[replace(content.curves[0], caption=HOSTILE, alt=HOSTILE)],
        spectrograms=[],
        examples=[replace(example, id=HOSTILE, about={HOSTILE: HOSTILE})],
        machine={HOSTILE: HOSTILE},
        command=HOSTILE,
    )
    page = open_page(browser, write(render_report(hostile), tmp_path), complaints, DESKTOP)
    assert page.evaluate("window.hostile") is None
    assert page.locator("script").count() == 1
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator("h3").first.inner_text() == HOSTILE
    assert page.locator("img").first.get_attribute("alt") == HOSTILE
    assert HOSTILE in (page.locator("audio").first.get_attribute("aria-label") or "")
