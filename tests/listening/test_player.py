"""The page's own audio graph, rendered: stimuli stay in step, and switching cannot be heard."""

from collections.abc import Iterator
from importlib import resources
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

RATE = 48_000
PLAYER = resources.files("gan_audio_compression.listening") / "page" / "player.js"

# Plays stimuli for some seconds and follows `steps`: [seconds, method of Player, arguments].
RENDER = """async ({stimuli, seconds, steps, rate}) => {
  const context = new OfflineAudioContext(1, seconds * rate, rate);
  const buffers = new Map(Object.entries(stimuli).map(([name, samples]) => {
    const buffer = new AudioBuffer({length: samples.length, sampleRate: rate});
    buffer.copyToChannel(Float32Array.from(samples), 0);
    return [name, buffer];
  }));
  const player = new Player(context, buffers);
  for (const [when, method, ...values] of steps) {
    if (when === 0) player[method](...values);
    else context.suspend(when).then(() => { player[method](...values); context.resume(); });
  }
  const rendered = await context.startRendering();
  return [...rendered.getChannelData(0)];
}"""

Wave = NDArray[np.float64]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    script = f"{PLAYER.read_text(encoding='utf-8')}\nglobalThis.Player = Player;"
    page.add_script_tag(content=script)
    yield page
    page.close()


def render(page: Page, stimuli: dict[str, Wave], seconds: float, steps: list[list[Any]]) -> Wave:
    given = {name: wave.tolist() for name, wave in stimuli.items()}
    samples = page.evaluate(
        RENDER, {"stimuli": given, "seconds": seconds, "steps": steps, "rate": RATE}
    )
    return np.array(samples)


def clicks(spacing: int, height: float, length: int) -> Wave:
    """Single samples of a height, the first in the middle of its interval."""
    wave = np.zeros(length)
    wave[spacing // 2 :: spacing] = height
    return wave


def test_stimuli_are_in_step_to_the_sample_through_switches_and_loops(page: Page) -> None:
    spacing = RATE // 20
    length = 12 * spacing
    stimuli = {"a": clicks(spacing, 1.0, length), "b": clicks(spacing, 0.5, length)}
    switches = [[0.11 + 0.23 * k, "choose", "ba"[k % 2]] for k in range(6)]
    played = render(page, stimuli, 1.5, [[0, "play", 0], *switches])
    found = np.flatnonzero(played > 0.2)
    expected = np.arange(spacing // 2, len(played), spacing)
    offset = np.abs(found[:, None] - expected[None, :]).min(axis=1)
    assert len(found) == len(expected)
    # The limit is 5 ms; it is no sample at all.
    assert 1000 * offset.max() / RATE == 0.0
    heights = played[found]
    assert np.isclose(heights, 0.5, atol=1e-2).sum() > 8 < np.isclose(heights, 1, atol=1e-2).sum()


def test_switching_between_equal_stimuli_changes_nothing(page: Page) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE)
    stimuli = {"a": noise, "b": noise, "c": noise}
    # Faster than a fade lasts, so that fades lie over each other.
    switches = [[0.05 + 0.002 * k, "choose", "abc"[k % 3]] for k in range(200)]
    still = render(page, stimuli, 1, [[0, "play", 0]])
    switched = render(page, stimuli, 1, [[0, "play", 0], *switches])
    assert np.abs(still).max() > 0.4
    assert np.abs(switched - still).max() < 1e-4


def test_no_switch_start_or_pause_clicks(page: Page) -> None:
    time = np.arange(RATE) / RATE
    # Opposite in sign, the worst case of a cut.
    stimuli = {"a": 0.5 * np.cos(2 * np.pi * 200 * time), "b": -0.5 * np.cos(400 * np.pi * time)}
    steps = [[0, "play", 0.1], [0.3, "choose", "b"], [0.5, "choose", "a"], [0.7, "pause"]]
    played = render(page, stimuli, 1, steps)
    cut = np.concatenate([stimuli["a"][:14400], stimuli["b"][14400:]])
    smooth = np.abs(np.diff(stimuli["a"])).max()
    assert np.abs(np.diff(played)).max() < 4 * smooth < np.abs(np.diff(cut)).max() / 5
    assert np.abs(played[: RATE // 10]).max() == 0
    assert np.abs(played[-RATE // 10 :]).max() < 1e-4


def test_a_selection_loops_with_its_own_period_and_without_a_click(page: Page) -> None:
    time = np.arange(RATE) / RATE
    stimuli = {"a": 0.5 * np.cos(2 * np.pi * 200.37 * time)}
    played = render(page, stimuli, 2, [[0, "select", 0.25, 0.65], [0, "play", 0]])
    period = round(0.4 * RATE)
    settled = played[RATE // 10 :]
    assert np.abs(settled[period:] - settled[:-period]).max() < 1e-6
    assert np.abs(np.diff(played)).max() < 2 * np.abs(np.diff(stimuli["a"])).max()


def test_a_pause_goes_on_where_it_was(page: Page) -> None:
    ramp = np.linspace(0, 1, RATE, endpoint=False)
    steps = [[0, "play", 0], [0.3, "pause"], [0.6, "play"]]
    played = render(page, {"a": ramp}, 1, steps)
    # Fades have settled 0.1 s after the start; what is asked for at 0.6 sounds from 0.62 on.
    assert played[round(0.75 * RATE)] == pytest.approx(0.3 + 0.13, abs=0.004)
