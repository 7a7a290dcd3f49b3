"""The test as listeners take it, in a browser: on a desk, a tablet, by keys, without a server."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.store import RatingStore
from gan_audio_compression.listening.submission import parse_submission

TABLET: dict[str, Any] = {
    "viewport": {"width": 768, "height": 1024},
    "has_touch": True,
    "is_mobile": True,
}
# Sizes of text and of what is touched, of all that is in sight.
SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll("main *")]
  .filter((element) => element.offsetParent !== null && element.textContent.trim())
  .map((element) => parseFloat(getComputedStyle(element).fontSize)))"""
SMALLEST_BUTTON = """() => Math.min(...[...document.querySelectorAll("button")]
  .filter((button) => button.offsetParent !== null)
  .flatMap((button) => [button.offsetWidth, button.offsetHeight]))"""

LeastContrast = Callable[[Page], tuple[float, str]]
Score = Callable[[str], int]
Visit = Callable[..., Any]


def by_name(token: str) -> int:
    """A score that differs from stimulus to stimulus."""
    return int(token[:4], 16) % 101


def scored(test: ListeningTest, score: Score) -> dict[str, dict[str, int]]:
    """Scores by trial."""
    return {trial.id: {token: score(token) for token in trial.tokens} for trial in test.trials}


@pytest.mark.parametrize("device", [{}, TABLET], ids=["desktop", "tablet"])
def test_two_listeners_take_the_whole_test(
    visit: Visit, server: Any, listening_test: ListeningTest, device: dict[str, Any]
) -> None:
    scores: list[Score] = [by_name, lambda token: 100 - by_name(token)]
    expected = {}
    for score in scores:
        visitor = visit(server.url, **device)
        visitor.begin()
        visitor.take_trials(2, score)
        visitor.sees("All ratings are stored (2 of 2 trials).")
        for trial, of_trial in scored(listening_test, score).items():
            expected[visitor.session["listener"], trial] = of_trial
    stored = RatingStore.open(server.ratings).latest()
    assert {(of.listener, of.rating.trial): of.rating.scores for of in stored} == expected


def test_listeners_hear_trials_and_stimuli_in_orders_of_their_own(
    visit: Visit, server: Any
) -> None:
    orders = set()
    for _ in range(3):
        visitor = visit(server.url)
        visitor.begin()
        orders.add((visitor.trial, *visitor.order))
    assert len(orders) > 1


def test_nobody_passes_without_hearing_and_rating_all(visit: Visit, server: Any) -> None:
    visitor = visit(server.url)
    visitor.begin()
    page = visitor.page
    expect(page.locator("#play")).to_be_enabled()
    page.locator(".column input").first.fill("10")
    page.locator(".column button").nth(1).click()
    # It is only said to be disabled, so that it can tell why.
    page.click("#next", force=True)
    expect(page.locator("#missing")).to_contain_text("Not heard yet: A, C, D, E.")
    expect(page.locator("#missing")).to_contain_text("Not rated yet: B, C, D, E.")
    expect(page.locator("#trial-heading")).to_have_text("Trial 1 of 2")


def test_the_whole_test_by_keyboard_alone(
    visit: Visit, server: Any, listening_test: ListeningTest
) -> None:
    visitor = visit(server.url)
    page = visitor.page

    def tab_to(id: str) -> None:
        while page.evaluate("document.activeElement.id") != id:
            page.keyboard.press("Tab")

    for key in ("Tab", "n", "Tab", "s", "Tab", "h", "Tab", "Space", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#sound")).to_be_visible()
    tab_to("sound-done")
    page.keyboard.press("Enter")
    for _ in range(3):
        expect(page.locator("#play")).to_be_enabled()
        for place in range(len(listening_test.conditions)):
            page.keyboard.press(chr(ord("a") + place))
            for key in ("End", "PageDown", *["ArrowDown"] * place):
                page.keyboard.press(key)
            slider = page.locator(".column input").nth(place)
            expect(slider).to_be_focused()
            expect(slider).to_have_attribute("aria-valuetext", f"{90 - place}, excellent")
        page.keyboard.press("r")
        expect(page.locator("#reference")).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Space")
        expect(page.locator("#play")).to_have_text("Play")
        tab_to("next")
        page.keyboard.press("Enter")
        expect(page.locator("h1:visible")).to_be_focused()
    visitor.sees("stored (2 of 2")
    stored = RatingStore.open(server.ratings).latest()
    assert [sorted(of.rating.scores.values()) for of in stored] == [[86, 87, 88, 89, 90]] * 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, TABLET], ids=["desktop", "tablet"])
def test_all_can_be_read_touched_and_named(
    visit: Visit,
    server: Any,
    least_contrast: LeastContrast,
    device: dict[str, Any],
    scheme: str,
) -> None:
    visitor = visit(server.url, **device, color_scheme=scheme)
    page = visitor.page
    for _ in range(2):
        assert page.evaluate(SMALLEST_TEXT) >= 14
        assert least_contrast(page)[0] >= 4.5, least_contrast(page)
        if not page.locator("#trial").is_visible():
            visitor.begin()
    assert page.evaluate(SMALLEST_BUTTON) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for letter in "ABCDE":
        slider = page.get_by_role("slider", name=f"Quality of {letter}")
        expect(slider).to_have_attribute("aria-valuetext", "not rated yet")
        expect(page.get_by_role("button", name=f"Play {letter}")).to_be_enabled()
    expect(page.get_by_role("progressbar", name="Trials done")).to_be_visible()


def test_a_page_without_a_server_saves_a_file_that_the_server_would_take(
    visit: Visit, folder: Path, listening_test: ListeningTest
) -> None:
    visitor = visit((folder / "index.html").as_uri())
    visitor.begin()
    visitor.take_trials(2, by_name)
    with visitor.page.expect_download() as download:
        visitor.page.click("#save")
    data = download.value.path().read_bytes()
    submission = parse_submission(data, listening_test)
    assert json.loads(data)["background"]["playback"] == "headphones"
    assert {r.trial: dict(r.scores) for r in submission.ratings} == scored(listening_test, by_name)


def test_a_selection_is_drawn_and_undone(visit: Visit, server: Any) -> None:
    visitor = visit(server.url)
    visitor.begin()
    page = visitor.page
    expect(page.locator("#play")).to_be_enabled()
    box = page.locator("#waveform").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.25 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], middle)
    page.mouse.up()
    expect(page.locator("#loop-text")).to_have_text("Looping 0.20 to 0.60 s.")
    page.click("#whole")
    expect(page.locator("#loop-text")).to_have_text("The whole sentence loops.")
