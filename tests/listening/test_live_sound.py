"""What the page sends to the sound card in real time, from the FLAC files to the last fade."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.page import render_page

RATE, PLAYED_RATE = 16_000, 48_000
SPACING = 0.05

# Records in the audio thread, which loses nothing, whatever goes to the sound card.
RECORD = """
const PROCESSOR = `
registerProcessor("recorder", class extends AudioWorkletProcessor {
  process([input]) {
    if (input.length > 0) this.port.postMessage([currentFrame, [...input[0]]]);
    return true;
  }
});`;
globalThis.recorded = [];
globalThis.recorders = new Map();
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode && recorders.has(this.context)) {
    connect.call(this, recorders.get(this.context));
  }
  return connect.call(this, target, ...rest);
};
const Real = AudioContext;
globalThis.AudioContext = class extends Real {
  constructor(...options) {
    super(...options);
    const url = `data:text/javascript,${encodeURIComponent(PROCESSOR)}`;
    this.audioWorklet.addModule(url).then(() => {
      const recorder = new AudioWorkletNode(this, "recorder", { numberOfOutputs: 0 });
      recorder.port.onmessage = ({ data }) => recorded.push(data);
      recorders.set(this, recorder);
    });
  }
};
"""


# A machine so slow that what is started has its time behind it.
SLOW = """
const { start } = AudioBufferSourceNode.prototype;
AudioBufferSourceNode.prototype.start = function (...when) {
  const begin = performance.now();
  while (performance.now() < begin + 30);
  return start.apply(this, when);
};
"""


def click_file(place: int) -> bytes:
    """Clicks every 50 ms of a height that tells the stimulus, 2 s."""
    wave = np.zeros(2 * RATE)
    wave[round(SPACING * RATE) // 2 :: round(SPACING * RATE)] = 0.3 + 0.1 * place
    file = io.BytesIO()
    sf.write(file, wave, RATE, format="FLAC", subtype="PCM_16")
    return file.getvalue()


@pytest.fixture
def page(browser: Browser, listening_test: ListeningTest, tmp_path: Path) -> Iterator[Page]:
    """The training trial of a test of clicks, from disk."""
    played = [listening_test.training, *listening_test.trials]
    stimuli = {s.token: click_file(n) for trial in played for n, s in enumerate(trial.stimuli)}
    path = tmp_path / "index.html"
    path.write_text(render_page(listening_test, stimuli), encoding="utf-8")
    page = browser.new_page(bypass_csp=True)
    page.add_init_script(RECORD + SLOW)
    page.goto(path.as_uri())
    for name in ("hearing", "experience", "playback"):
        page.select_option(f"[name={name}]", index=1)
    page.check("#consent input")
    page.click("#consent button")
    page.click("#sound-done")
    expect(page.locator("#play")).to_be_enabled()
    page.wait_for_function("recorders.size === 1", timeout=4000)
    yield page
    page.close()


def heard(page: Page) -> NDArray[np.float64]:
    """All that was sent to the sound card since the first sample that was."""
    blocks = page.evaluate("recorded")
    start = blocks[0][0]
    wave = np.zeros(blocks[-1][0] + 128 - start)
    for frame, samples in blocks:
        wave[frame - start : frame - start + 128] = samples
    return wave


def peaks(recorded: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where clicks are: the largest sample of each stretch above a level."""
    above = np.flatnonzero(recorded > 0.05)
    stretches = np.split(above, np.flatnonzero(np.diff(above) > PLAYED_RATE * SPACING / 4) + 1)
    return np.array([part[np.argmax(recorded[part])] for part in stretches])


def test_switching_is_gapless_and_in_sync(page: Page, record_testsuite_property: Any) -> None:
    page.keyboard.press("r")
    for key in "abcdeabcde":
        page.wait_for_timeout(170)
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    recorded = heard(page)
    at = peaks(recorded)
    assert len(at) > 30
    # Every click comes one spacing after the one before, whatever was switched to between.
    late = 1000 * np.abs(np.diff(at) / PLAYED_RATE - SPACING)
    record_testsuite_property("live_sync_ms", float(late.max()))
    assert late.max() < 5
    heights = np.round(recorded[at] / recorded[at].max(), 1)
    assert len(np.unique(heights)) >= 4, "the stimuli that were switched to did not sound"
