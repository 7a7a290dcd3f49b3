"""The test as listeners take it, in a browser: on a desk, on a tablet, by keys, with mishaps."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.store import RatingStore
from gan_audio_compression.listening.submission import parse_submission

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
TABLET: dict[str, Any] = {
    "viewport": {"width": 768, "height": 1024},
    "has_touch": True,
    "is_mobile": True,
}
ANSWERS = {"hearing": "normal", "experience": "some", "playback": "headphones"}

# What the browser keeps of a trial that is shown.
RECORD = """(trial) => {
  const key = Object.keys(localStorage).find((name) => name.endsWith(`:trial:${trial}`));
  return JSON.parse(localStorage.getItem(key));
}"""
SESSION = """() => {
  const key = Object.keys(localStorage).find((name) => name.endsWith(":session"));
  return JSON.parse(localStorage.getItem(key));
}"""
# Sizes of text and of what is touched, and names of what is operated, of all that is in sight.
SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll("main *")]
  .filter((element) => element.offsetParent !== null && element.textContent.trim())
  .map((element) => parseFloat(getComputedStyle(element).fontSize)))"""
SMALLEST_BUTTON = """() => Math.min(...[...document.querySelectorAll("button")]
  .filter((button) => button.offsetParent !== null)
  .flatMap((button) => [button.offsetWidth, button.offsetHeight]))"""

Score = Callable[[str], int]


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What pages say on their consoles; a test fails where that is anything."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []


def open_page(browser: Browser, url: str, complaints: list[str], **device: Any) -> Page:
    page = browser.new_context(**(device or DESKTOP)).new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        # A server that is gone is what some tests are about, and the browser notes it.
        lambda message: (
            None if "ERR_CONNECTION" in message.text else complaints.append(message.text)
        ),
    )
    page.goto(url)
    return page


def begin(page: Page) -> None:
    """Go through instructions, sound check and training to the first trial."""
    for name, value in ANSWERS.items():
        page.select_option(f"select[name={name}]", value)
    page.check("#consent input[type=checkbox]")
    page.click("#consent button")
    page.click("#sound-done")
    expect(page.locator("#trial-heading")).to_have_text("Training")
    rate(page, lambda token: 50)
    page.click("#next")


def current_trial(page: Page) -> str:
    session = page.evaluate(SESSION)
    trial: str = session["order"][session["step"] - 3]
    return trial


def tokens_in_sight(page: Page) -> list[str]:
    heading = page.locator("#trial-heading").inner_text()
    trial = "training" if heading == "Training" else current_trial(page)
    order: list[str] = page.evaluate(RECORD, trial)["order"]
    return order


def rate(page: Page, score: Score) -> None:
    """Hear and rate every stimulus of the trial."""
    expect(page.locator("#play")).to_be_enabled()
    for place, token in enumerate(tokens_in_sight(page)):
        column = page.locator(".column").nth(place)
        column.locator("button").click()
        column.locator("input").fill(str(score(token)))


def take_trials(page: Page, score: Score, count: int) -> None:
    for _ in range(count):
        rate(page, score)
        page.click("#next")


def kept(ratings: Path, listener: str | None = None) -> dict[str, dict[str, int]]:
    """Scores by trial."""
    return {
        stored.rating.trial: dict(stored.rating.scores)
        for stored in RatingStore.open(ratings).latest()
        if listener in (None, stored.listener)
    }


def scored(test: ListeningTest, score: Score) -> dict[str, dict[str, int]]:
    return {trial.id: {token: score(token) for token in trial.tokens} for trial in test.trials}


def by_name(token: str) -> int:
    """A score that differs from stimulus to stimulus."""
    return int(token[:4], 16) % 101


@pytest.mark.parametrize("device", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_two_listeners_take_the_whole_test(
    browser: Browser,
    server: Any,
    listening_test: ListeningTest,
    complaints: list[str],
    device: dict[str, Any],
) -> None:
    scores: list[Score] = [by_name, lambda token: 100 - by_name(token)]
    listeners = []
    for score in scores:
        page = open_page(browser, server.url, complaints, **device)
        begin(page)
        take_trials(page, score, len(listening_test.trials))
        expect(page.locator("#status")).to_contain_text("All ratings are stored (2 of 2 trials)")
        listeners.append(page.evaluate(SESSION)["listener"])
    for listener, score in zip(listeners, scores, strict=True):
        assert kept(server.ratings, listener) == scored(listening_test, score)


def test_nobody_passes_without_hearing_and_rating_all(
    browser: Browser, server: Any, complaints: list[str]
) -> None:
    page = open_page(browser, server.url, complaints)
    begin(page)
    expect(page.locator("#play")).to_be_enabled()
    page.locator(".column input").first.fill("10")
    page.locator(".column button").nth(1).click()
    # It is only said to be disabled, so that it can tell why.
    page.click("#next", force=True)
    expect(page.locator("#missing")).to_contain_text("Not heard yet: A, C, D, E.")
    expect(page.locator("#missing")).to_contain_text("Not rated yet: B, C, D, E.")
    expect(page.locator("#trial-heading")).to_have_text("Trial 1 of 2")


def test_a_reload_in_the_middle_goes_on_where_it_was(
    browser: Browser, server: Any, listening_test: ListeningTest, complaints: list[str]
) -> None:
    page = open_page(browser, server.url, complaints)
    begin(page)
    take_trials(page, by_name, 1)
    expect(page.locator("#play")).to_be_enabled()
    page.locator(".column button").first.click()
    page.locator(".column input").first.fill("37")
    page.fill("#comment", "A hiss <in> B")
    order = tokens_in_sight(page)
    page.reload()
    expect(page.locator("#trial-heading")).to_have_text("Trial 2 of 2")
    assert tokens_in_sight(page) == order
    assert page.locator(".column input").first.input_value() == "37"
    assert page.input_value("#comment") == "A hiss <in> B"
    expect(page.locator("#missing")).to_contain_text("Not rated yet: B")
    take_trials(page, by_name, 1)
    expect(page.locator("#status")).to_contain_text("All ratings are stored")
    assert kept(server.ratings) == scored(listening_test, by_name)
    comments = [stored.rating.comment for stored in RatingStore.open(server.ratings).latest()]
    assert comments == ["", "A hiss <in> B"]


def test_a_server_that_dies_between_two_ratings_loses_none(
    browser: Browser, server: Any, listening_test: ListeningTest, complaints: list[str]
) -> None:
    page = open_page(browser, server.url, complaints)
    begin(page)
    take_trials(page, by_name, 1)
    expect(page.locator("#status")).to_contain_text("stored (1 of 2")
    server.kill()
    assert len(kept(server.ratings)) == 1
    take_trials(page, by_name, 1)
    expect(page.locator("#status")).to_contain_text("1 trial is not stored yet")
    server.start()
    expect(page.locator("#status")).to_contain_text("stored (2 of 2", timeout=20_000)
    assert kept(server.ratings) == scored(listening_test, by_name)


def test_a_change_of_mind_in_another_tab_is_what_counts(
    browser: Browser, server: Any, listening_test: ListeningTest, complaints: list[str]
) -> None:
    page = open_page(browser, server.url, complaints)
    begin(page)
    take_trials(page, by_name, 2)
    expect(page.locator("#status")).to_contain_text("stored (2 of 2")
    second = page.context.new_page()
    second.goto(server.url)
    second.click("#change")
    rate(second, lambda token: 7)
    changed = current_trial(second)
    second.click("#next")
    expect(second.locator("#status")).to_contain_text("stored (2 of 2")
    # The first tab has nothing newer to say.
    page.reload()
    expect(page.locator("#status")).to_contain_text("stored (2 of 2")
    scores = kept(server.ratings)
    assert set(scores.pop(changed).values()) == {7}
    assert scores == {
        trial: of for trial, of in scored(listening_test, by_name).items() if trial != changed
    }


def test_the_whole_test_by_keyboard_alone(
    browser: Browser, server: Any, listening_test: ListeningTest, complaints: list[str]
) -> None:
    page = open_page(browser, server.url, complaints)
    for key in ("Tab", "n", "Tab", "s", "Tab", "h", "Tab", "Space", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#sound")).to_be_visible()
    while page.evaluate("document.activeElement.id") != "sound-done":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for step in range(3):
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
        while page.evaluate("document.activeElement.id") != "next":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("h1:visible")).to_be_focused()
    expect(page.locator("#status")).to_contain_text("stored (2 of 2")
    assert all(sorted(of.values()) == [86, 87, 88, 89, 90] for of in kept(server.ratings).values())


@pytest.mark.parametrize("device", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_all_can_be_read_touched_and_named(
    browser: Browser, server: Any, complaints: list[str], device: dict[str, Any]
) -> None:
    page = open_page(browser, server.url, complaints, **device)
    assert page.evaluate(SMALLEST_TEXT) >= 14
    begin(page)
    assert page.evaluate(SMALLEST_TEXT) >= 14
    assert page.evaluate(SMALLEST_BUTTON) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for letter in "ABCDE":
        slider = page.get_by_role("slider", name=f"Quality of {letter}")
        expect(slider).to_have_attribute("aria-valuetext", "not rated yet")
        expect(page.get_by_role("button", name=f"Play {letter}")).to_be_enabled()
    expect(page.get_by_role("progressbar", name="Trials done")).to_be_visible()


def test_a_page_without_a_server_saves_a_file_that_the_server_would_take(
    browser: Browser, folder: Path, listening_test: ListeningTest, complaints: list[str]
) -> None:
    page = open_page(browser, (folder / "index.html").as_uri(), complaints)
    begin(page)
    take_trials(page, by_name, 2)
    with page.expect_download() as download:
        page.click("#save")
    data = download.value.path().read_bytes()
    submission = parse_submission(data, listening_test)
    assert json.loads(data)["background"] == ANSWERS
    assert {r.trial: dict(r.scores) for r in submission.ratings} == scored(listening_test, by_name)


def test_a_selection_is_drawn_and_undone(
    browser: Browser, server: Any, complaints: list[str]
) -> None:
    page = open_page(browser, server.url, complaints)
    begin(page)
    expect(page.locator("#play")).to_be_enabled()
    box = page.locator("#waveform").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.25 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], middle)
    page.mouse.up()
    expect(page.locator("#loop-text")).to_have_text("Looping 0.20 to 0.60 s.")
    page.click("#whole")
    expect(page.locator("#loop-text")).to_have_text("The whole sentence loops.")
