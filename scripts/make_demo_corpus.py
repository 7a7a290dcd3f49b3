"""Speaks the demo corpus with free speech synthesisers, in the layout and format of TIMIT.

    python scripts/make_demo_corpus.py data/01_raw/demo_corpus

Needs the Debian packages flite, festival, festvox-kallpc16k, festvox-kdlpc16k and espeak-ng. Each
voice reads its own six sentences, so no sentence is heard twice and none is shared by two splits.
"""

import argparse
import io
import logging
import math
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray
from scipy.signal import resample as fourier_resample

from gan_audio_compression.audio.files import replacing

SAMPLE_RATE = 16000
PEAK = 10 ** (-1 / 20)
MARGIN_SECONDS = 0.1
FRAME = SAMPLE_RATE // 100
SILENCE_BELOW_PEAK_DB = 50
SENTENCES_PER_VOICE = 6
PACKAGES = "flite festival festvox-kallpc16k festvox-kdlpc16k espeak-ng"

_LOGGER = logging.getLogger(__name__)


def flite(voice: str, stretch: float) -> Callable[[str, Path], list[str]]:
    """Command of a flite voice; `stretch` multiplies the durations."""
    return lambda text, wav: [
        "flite",
        *("-voice", voice),
        *("--setf", f"duration_stretch={stretch}"),
        *("-t", text),
        *("-o", str(wav)),
    ]


def festival(voice: str, stretch: float) -> Callable[[str, Path], list[str]]:
    """Command of a festival diphone voice; the text comes by standard input."""
    setting = f"(begin (voice_{voice}) (Parameter.set 'Duration_Stretch {stretch}))"
    return lambda text, wav: ["text2wave", "-eval", setting, "-o", str(wav)]


def espeak(voice: str, words_per_minute: int, pitch: int) -> Callable[[str, Path], list[str]]:
    """Command of an espeak-ng accent and variant; pitch 0 to 99."""
    return lambda text, wav: [
        "espeak-ng",
        *("-v", voice),
        *("-s", str(words_per_minute)),
        *("-p", str(pitch)),
        *("-a", "60"),  # the default of 100 clips inside the program
        *("-w", str(wav)),
        text,
    ]


@dataclass(frozen=True)
class Voice:
    """A speaker of the corpus, TIMIT-style: split, accent bucket, name, and who synthesises it."""

    split: str
    region: str
    speaker: str
    command: Callable[[str, Path], list[str]]


VOICES = (
    Voice("TRAIN", "DR1", "MRMS0", flite("rms", 0.82)),
    Voice("TRAIN", "DR1", "MKAL0", festival("kal_diphone", 0.82)),
    Voice("TRAIN", "DR1", "MKED0", festival("ked_diphone", 0.82)),
    Voice("TRAIN", "DR2", "FUSA0", espeak("en-us+f2", 165, 55)),
    Voice("TRAIN", "DR3", "MNYC0", espeak("en-us-nyc+m3", 170, 40)),
    Voice("TRAIN", "DR4", "FRPA0", espeak("en-gb-x-rp+f4", 165, 50)),
    Voice("TRAIN", "DR5", "MLAN0", espeak("en-gb-x-gbclan+m7", 160, 35)),
    Voice("TRAIN", "DR6", "FWMA0", espeak("en-gb-x-gbcwmd+f5", 170, 60)),
    Voice("TRAIN", "DR7", "FSCO0", espeak("en-gb-scotland+linda", 160, 45)),
    Voice("TEST", "DR1", "FSLT0", flite("slt", 0.95)),
    Voice("TEST", "DR7", "MAWB0", flite("awb", 0.95)),
    Voice("TEST", "DR8", "FCAR0", espeak("en-029+f3", 160, 50)),
)


SENTENCES = (
    "My uncle bought a yellow bicycle from the shop beside the harbour.",
    "Please put the blue jug back on the shelf above the sink.",
    "They watched a vague shadow move across the garage door.",
    "Nobody enjoys queuing for coffee on a freezing Monday.",
    "The choir sang three short songs, then everyone went outside.",
    "Judge the weight of the package before you choose a box.",
    "A thick fog hid the lighthouse until half past nine.",
    "We should measure the window again and order new glass.",
    "Her youngest cousin studies beetles, moths and other insects.",
    "Turn left at the church and follow the gravel path.",
    "The plumber fixed our shower, but the tap still drips.",
    "I usually feed the chickens while you make the porridge.",
    "Five huge lorries were parked outside the vegetable market.",
    "Could you pass me the purple thread and a sharp needle?",
    "The child drew a dragon with green wings and a silver tail.",
    "Our flight was delayed, so we played cards for two hours.",
    "Those leather shoes squeak whenever he walks on the tiles.",
    "She gave a brief speech about bridges, tunnels and railways.",
    "The baker sold out of rye bread well before lunch.",
    "Fresh mint grows beside the fence at the bottom of the garden.",
    "He wrapped the vase in paper and tied it up with string.",
    "Which of these keys opens the drawer in the hallway?",
    "An orange kite flew high over the empty beach.",
    "The nurse checked his pulse twice and wrote down the figure.",
    "Rough weather kept the fishing boats inside the bay.",
    "Both brothers learned to juggle with apples and lemons.",
    "The museum shows old maps, coins and a wooden plough.",
    "You may borrow my umbrella as long as you bring it back.",
    "A small grey mouse ran under the kitchen cupboard.",
    "Their new neighbour plays the cello rather beautifully.",
    "We poured hot chocolate into mugs and sat around the fire.",
    "The engineer drew a rough sketch of the valve on a napkin.",
    "Why does the office printer always jam on a Thursday?",
    "Thousands of birds gather near the marsh every autumn.",
    "He measured out the flour and cracked two eggs into it.",
    "The bus to the airport leaves every quarter of an hour.",
    "Snow covered the village roofs, yet the road stayed clear.",
    "I heard a joyful voice calling from across the valley.",
    "That puzzle has a missing piece in the lower right corner.",
    "The tailor shortened the sleeves and changed both buttons.",
    "Give the puppy some water and let him rest in the shade.",
    "Most of the audience laughed, although the joke was ancient.",
    "A loud crash woke the whole household just after midnight.",
    "The farmer sheared forty sheep in a single morning.",
    "Her phone battery died halfway through the conversation.",
    "We chose a pale yellow paint for the spare bedroom.",
    "The chef chopped ginger, garlic and a handful of parsley.",
    "Owls hunt quietly because their feathers muffle the sound.",
    "The teacher rubbed out the equation and began once more.",
    "An elderly couple danced slowly beneath the paper lanterns.",
    "Please water the ferns twice a week while I am away.",
    "The train rushed past us with a long, mournful whistle.",
    "Jack found his glasses in the pocket of another jacket.",
    "Cheap batteries rarely survive a whole winter outdoors.",
    "The river rose overnight and flooded the lower meadow.",
    "She would rather fix the old radio than buy another one.",
    "Good soup begins with bones, onions and plenty of patience.",
    "Four tired hikers shared one chocolate bar at the summit.",
    "The clock in the town square runs seven minutes fast.",
    "Could somebody open a window and switch off the oven?",
    "A gentle breeze pushed the little raft toward the shore.",
    "The librarian hushed us, then showed us a rare atlas.",
    "My thumb is sore from pulling weeds out of the driveway.",
    "They usually visit their aunt in the north each June.",
    "The goat chewed through the rope and wandered off again.",
    "We measured the voltage twice and got the same answer.",
    "Every child in the class planted an acorn in a pot.",
    "The judge asked both sides to choose a later date.",
    "He found a smooth white pebble shaped just like an egg.",
    "Fill the bath with warm water, not with boiling water.",
    "The theatre was full, so we stood behind the last row.",
    "You can hear the ocean from the balcony of our hotel.",
)


def main() -> None:
    """Make the corpus below the folder given."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description="Speak the demo corpus with free synthesisers.")
    parser.add_argument("folder", type=Path, help="receives TRAIN and TEST")
    folder = parser.parse_args().folder
    missing = [name for name in ("flite", "text2wave", "espeak-ng") if not shutil.which(name)]
    if missing:
        parser.error(f"{', '.join(missing)} not found; apt-get install {PACKAGES}")
    samples = sum(
        make_voice(folder, voice, first_sentence=index * SENTENCES_PER_VOICE)
        for index, voice in enumerate(VOICES)
    )
    _LOGGER.info("%d voices, %.2f minutes", len(VOICES), samples / SAMPLE_RATE / 60)


def make_voice(folder: Path, voice: Voice, first_sentence: int) -> int:
    """Speak and write the sentences of one voice; returns the number of samples."""
    target = folder / voice.split / voice.region / voice.speaker
    target.mkdir(parents=True, exist_ok=True)
    total = 0
    for number in range(first_sentence, first_sentence + SENTENCES_PER_VOICE):
        text = SENTENCES[number]
        pcm = to_pcm(trim(speak(voice, text)))
        write(target / f"SX{number + 1}.WAV", sphere_file(pcm))
        transcript = f"0 {pcm.size} {text}\n"
        write(target / f"SX{number + 1}.TXT", transcript.encode("ascii"))
        total += pcm.size
    return total


def speak(voice: Voice, text: str) -> NDArray[np.float64]:
    """Synthesise a sentence: mono at 16 kHz in [-1, 1]."""
    with tempfile.TemporaryDirectory() as scratch:
        wav = Path(scratch) / "speech.wav"
        subprocess.run(voice.command(text, wav), input=text.encode(), check=True)
        if not wav.exists():
            raise SystemExit(f"{voice.speaker} stays mute; apt-get install {PACKAGES}")
        wave, rate = sf.read(wav, dtype="float64")
    return wave if rate == SAMPLE_RATE else resample(wave, rate)


def resample(wave: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Bring a sentence to 16 kHz, without aliases: the spectrum is cut sharply at 8 kHz."""
    common = math.gcd(rate, SAMPLE_RATE)
    whole = np.pad(wave, (0, -wave.size % (rate // common)))
    resampled: NDArray[np.float64] = fourier_resample(whole, whole.size * SAMPLE_RATE // rate)
    return resampled


def trim(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep at most 0.1 s before the first and after the last frame that is heard."""
    frames = wave[: wave.size // FRAME * FRAME].reshape(-1, FRAME)
    loudness = np.sqrt((frames**2).mean(axis=1))
    heard = np.flatnonzero(loudness > loudness.max() * 10 ** (-SILENCE_BELOW_PEAK_DB / 20))
    margin = int(MARGIN_SECONDS * SAMPLE_RATE)
    first = max(0, int(heard[0]) * FRAME - margin)
    return wave[first : (int(heard[-1]) + 1) * FRAME + margin]


def to_pcm(wave: NDArray[np.float64]) -> NDArray[np.int16]:
    """Round to 16 bits; a sentence that peaks above -1 dBFS is turned down to that."""
    gain = min(1.0, PEAK / float(np.abs(wave).max()))
    return np.rint(wave * gain * 32767).astype(np.int16)


def sphere_file(pcm: NDArray[np.int16]) -> bytes:
    """A NIST SPHERE file: header of 1024 bytes, then 16-bit little-endian samples."""
    buffer = io.BytesIO()
    sf.write(buffer, pcm, SAMPLE_RATE, format="NIST", subtype="PCM_16", endian="LITTLE")
    return buffer.getvalue()


def write(path: Path, data: bytes) -> None:
    """Write so that no half-written file is ever found."""
    with replacing(path) as aside:
        aside.write_bytes(data)


if __name__ == "__main__":
    main()
