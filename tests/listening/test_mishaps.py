"""What goes wrong while somebody listens, in a browser: nothing that was rated is lost or mixed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.store import RatingStore

Visit = Callable[..., Any]

ALL_STORED = "All ratings are stored (2 of 2 trials)."
# Seconds until the page has sent again what could not be stored.
SENT_AGAIN = 20


def by_name(token: str) -> int:
    """A score that differs from stimulus to stimulus."""
    return int(token[:4], 16) % 101


@pytest.fixture
def scored(listening_test: ListeningTest) -> dict[str, dict[str, int]]:
    """Scores by trial, as they are in the end."""
    return {t.id: {token: by_name(token) for token in t.tokens} for t in listening_test.trials}


def kept(ratings: Path) -> dict[str, dict[str, int]]:
    """Scores by trial, as they are stored."""
    latest = RatingStore.open(ratings).latest()
    assert len({stored.listener for stored in latest}) == 1
    return {stored.rating.trial: dict(stored.rating.scores) for stored in latest}


def second_tab(visitor: Any, url: str) -> Any:
    page = visitor.page.context.new_page()
    page.goto(url)
    return type(visitor)(page)


def test_a_reload_in_the_middle_goes_on_where_it_was(
    visit: Visit, server: Any, scored: dict[str, dict[str, int]]
) -> None:
    visitor = visit(server.url)
    visitor.begin()
    visitor.take_trials(1, by_name)
    page = visitor.page
    expect(page.locator("#play")).to_be_enabled()
    page.locator(".column button").first.click()
    page.locator(".column input").first.fill("37")
    page.fill("#comment", "A hiss <in> B")
    order = visitor.order
    page.reload()
    expect(page.locator("#trial-heading")).to_have_text("Trial 2 of 2")
    assert visitor.order == order
    assert page.locator(".column input").first.input_value() == "37"
    assert page.input_value("#comment") == "A hiss <in> B"
    expect(page.locator("#missing")).to_contain_text("Not rated yet: B")
    visitor.take_trials(1, by_name)
    visitor.sees(ALL_STORED)
    assert kept(server.ratings) == scored
    comments = [stored.rating.comment for stored in RatingStore.open(server.ratings).latest()]
    assert comments == ["", "A hiss <in> B"]


def test_a_server_that_dies_between_two_ratings_loses_none(
    visit: Visit, server: Any, scored: dict[str, dict[str, int]]
) -> None:
    visitor = visit(server.url)
    visitor.begin()
    visitor.take_trials(1, by_name)
    visitor.sees("stored (1 of 2")
    server.kill()
    assert len(kept(server.ratings)) == 1
    visitor.take_trials(1, by_name)
    visitor.sees("1 trial is not stored yet and kept in this browser.")
    server.start()
    visitor.sees(ALL_STORED, SENT_AGAIN)
    assert kept(server.ratings) == scored


def test_a_full_disk_is_said_and_the_rating_sent_until_it_is_stored(
    visit: Visit, server: Any, scored: dict[str, dict[str, int]], complaints: list[str]
) -> None:
    visitor = visit(server.url)
    refusal = {"error": "There is no room for more ratings; free space on the disk."}
    visitor.page.route("**/ratings", lambda route: route.fulfill(status=507, json=refusal))
    visitor.begin()
    visitor.take_trials(2, by_name)
    visitor.sees("2 trials are not stored yet and kept in this browser.")
    visitor.sees(refusal["error"])
    visitor.page.click("#start-over")
    visitor.sees("save them as a file first")
    visitor.page.unroute("**/ratings")
    visitor.sees(ALL_STORED, SENT_AGAIN)
    assert kept(server.ratings) == scored
    # The browser notes each refusal.
    complaints[:] = [said for said in complaints if "507" not in said]


def test_tabs_at_different_trials_do_not_mix_them(
    visit: Visit, server: Any, scored: dict[str, dict[str, int]]
) -> None:
    first = visit(server.url)
    first.begin()
    second = second_tab(first, server.url)
    second.take_trials(1, by_name)
    expect(second.page.locator("#trial-heading")).to_have_text("Trial 2 of 2")
    # The first tab still shows trial 1, which it may finish as well; then both are at trial 2.
    expect(first.page.locator("#missing")).to_have_text("All heard and rated.")
    first.page.bring_to_front()
    first.page.click("#next")
    expect(first.page.locator("#trial-heading")).to_have_text("Trial 2 of 2")
    first.take_trials(1, by_name)
    first.sees(ALL_STORED)
    assert kept(server.ratings) == scored


def test_a_change_of_mind_in_another_tab_is_what_counts(
    visit: Visit, server: Any, scored: dict[str, dict[str, int]]
) -> None:
    first = visit(server.url)
    first.begin()
    first.take_trials(2, by_name)
    first.sees(ALL_STORED)
    second = second_tab(first, server.url)
    second.page.click("#change")
    changed = second.trial
    second.take_trials(1, lambda token: 7)
    second.sees(ALL_STORED)
    # The first tab has nothing newer to say.
    first.page.reload()
    first.sees(ALL_STORED)
    assert kept(server.ratings) == scored | {changed: dict.fromkeys(scored[changed], 7)}


def test_the_next_listener_on_the_same_machine_is_another(visit: Visit, server: Any) -> None:
    first = visit(server.url)
    first.begin()
    first.take_trials(2, by_name)
    first.sees(ALL_STORED)
    forgotten = second_tab(first, server.url)
    forgotten.page.click("#change")
    expect(forgotten.page.locator("#trial")).to_be_visible()
    first.page.bring_to_front()
    first.page.click("#start-over")
    expect(forgotten.page.locator("#welcome")).to_be_visible()
    # Not even the time that the forgotten trial was in sight is left to the next.
    assert forgotten.page.evaluate("localStorage.length") == 0
    first.begin()
    first.take_trials(2, lambda token: 9)
    first.sees(ALL_STORED)
    stored = RatingStore.open(server.ratings).latest()
    scores = {of.listener: set(of.rating.scores.values()) for of in stored}
    assert len(stored) == 4
    assert len(scores) == 2 and scores[first.session["listener"]] == {9}


def test_a_browser_that_keeps_nothing_is_told(browser: Browser, server: Any) -> None:
    page = browser.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied'); }})"
    )
    page.goto(server.url)
    expect(page.locator("#status")).to_have_text("The test cannot run in this browser: denied")
    page.close()
