"""What `make bench` times: the codec, its parts, its start, a step of training, other codecs."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import soundfile as sf
import torch
from numpy.typing import NDArray

from gan_audio_compression.bench.codec import BenchCodec, CodecMissingError
from gan_audio_compression.bench.codec2 import Codec2Codec
from gan_audio_compression.bench.live import LiveBenchCodec
from gan_audio_compression.bench.lyra import LyraCodec
from gan_audio_compression.bench.opus import OpusCodec
from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.griffin_lim import ITERATIONS
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.own_state import own_state
from gan_audio_compression.signal.spec import FFT_SIZE, HOP, SAMPLE_RATE
from gan_audio_compression.training.config import RuntimeConfig, ScheduleConfig
from gan_audio_compression.training.sequence.config import SequenceTrainingConfig
from gan_audio_compression.training.sequence.stage import SequenceStage

CORPUS = Path(__file__).resolve().parents[1] / "data" / "01_raw" / "demo_corpus"
SECONDS, SHORT_SECONDS = 16, 3
FILES = 40
BATCH, CROP_FRAMES = 16, 192
TOOL = (sys.executable, "-m", "gan_audio_compression")
# Runs a program and prints the most memory that it took, in kilobytes.
MEASURED = (
    "import resource, subprocess, sys;"
    "subprocess.run(sys.argv[1:], check=True, capture_output=True);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)

Wave = NDArray[np.float32]


@dataclass(frozen=True)
class Case:
    """One thing to time.

    Attributes:
        name: in the table.
        work: what is timed; gives the most memory of the process that did it, in MB, or None.
        seconds: of audio that it works on; 0 where seconds are what is said.
    """

    name: str
    work: Callable[[], float | None]
    seconds: float = 0.0


def all_cases(folder: Path, lyra: Path | None) -> list[Case]:
    """Return all cases, whose files lie in `folder`; of others those that are installed."""
    speech = demo_speech(SECONDS)
    codec = Codec.load()
    return [
        *codec_cases(codec, speech),
        *live_cases(speech),
        *part_cases(codec, speech),
        *process_cases(speech, folder),
        *training_cases(speech),
        *peer_cases(speech, lyra),
    ]


def demo_speech(seconds: float) -> Wave:
    """Return so much speech of the demo corpus, at 16 kHz."""
    waves = [sf.read(path, dtype="float32")[0] for path in sorted(CORPUS.rglob("*.WAV"))]
    return np.concatenate(waves)[: round(seconds * SAMPLE_RATE)]


def codec_cases(codec: Codec, speech: Wave) -> Iterator[Case]:
    """Yield encoding with and without a search, and decoding, in this process."""
    for effort in (0, 3, 5):
        encode = partial(codec.encode, speech, SAMPLE_RATE, effort=effort)
        yield Case(f"encode, effort {effort}", _quiet(encode), SECONDS)
    data = codec.encode(speech, SAMPLE_RATE, effort=0)
    yield Case("decode", _quiet(partial(codec.decode, data)), SECONDS)


def live_cases(speech: Wave) -> Iterator[Case]:
    """Yield sender and receiver of the live codec."""
    codec = LiveBenchCodec()
    packets = codec.encode(speech).data
    yield Case("live, encode", _quiet(partial(codec.encode, speech)), SECONDS)
    yield Case("live, decode", _quiet(partial(codec.decode, packets)), SECONDS)


def part_cases(codec: Codec, speech: Wave) -> Iterator[Case]:
    """Yield the log mel, and the entropy coder both ways."""
    model = codec.model
    assert isinstance(model, SequenceModel)
    levelled, _ = normalise_level(speech)
    log_mel = log_mel_spectrogram(levelled)
    quality = Quality(128)
    symbols = model.symbols(log_mel, quality)
    fixed = quality.fixed_point
    payload = model.prior.encode(symbols, fixed)
    decode = partial(model.prior.decode, payload, len(symbols), fixed)
    yield Case("log mel", _quiet(partial(log_mel_spectrogram, levelled)), SECONDS)
    yield Case("prior, to bytes", _quiet(partial(model.prior.encode, symbols, fixed)), SECONDS)
    yield Case("prior, from bytes", _quiet(decode), SECONDS)


def process_cases(speech: Wave, folder: Path) -> Iterator[Case]:
    """Yield the tool as a process: its start, one file, many files by one and by two processes."""
    many = folder / "many"
    many.mkdir()
    length = SHORT_SECONDS * SAMPLE_RATE
    short = folder / "short.wav"
    sf.write(short, speech[:length], SAMPLE_RATE)
    for number in range(FILES):
        sf.write(many / f"{number:03}.wav", np.roll(speech, 997 * number)[:length], SAMPLE_RATE)
    coded = str(short.with_suffix(".gac"))
    _tool("encode", str(short), "--effort", "0")
    yield Case("start of --help", partial(_tool, "--help"))
    encode = partial(_tool, "encode", str(short), "--effort", "0", "--force")
    yield Case("a process that encodes 3 s, effort 0", encode)
    decode = partial(_tool, "decode", coded, "-o", str(folder / "back.wav"), "--force")
    yield Case("a process that decodes 3 s", decode)
    for threads in ("1", "2"):
        options = ("-o", str(folder / "coded"), "--effort", "0", "--threads", threads, "--force")
        work = partial(_tool, "encode", str(many), *options)
        yield Case(f"{FILES} files of 3 s, --threads {threads}", work, FILES * SHORT_SECONDS)


def training_cases(speech: Wave) -> Iterator[Case]:
    """Yield a step of training of the sequence codec, of shipped size, in one and two threads."""
    config = SequenceTrainingConfig(
        schedule=ScheduleConfig(epochs=1, batch=BATCH, steps_per_epoch=1, learning_rate=1e-4),
        runtime=RuntimeConfig(),
    )
    log_mel = torch.from_numpy(log_mel_spectrogram(normalise_level(speech)[0]))
    starts = np.linspace(0, len(log_mel) - CROP_FRAMES, BATCH).astype(int)
    crops = torch.stack([log_mel[start : start + CROP_FRAMES] for start in starts])
    stage = SequenceStage(config, crops, crops[:2])
    seconds = BATCH * CROP_FRAMES * HOP / SAMPLE_RATE
    for threads in (1, 2):
        step = partial(_step, stage, crops, threads)
        yield Case(f"training step, threads {threads}", step, seconds)


def peer_cases(speech: Wave, lyra: Path | None) -> Iterator[Case]:
    """Yield other codecs both ways, as their programs do it, and another Griffin-Lim."""
    peers: dict[str, BenchCodec] = {"Opus 8k": OpusCodec(8000), "Codec2 2400": Codec2Codec("2400")}
    if lyra is not None:
        peers["Lyra V2 3.2k"] = LyraCodec(3200, str(lyra))
    for name, peer in peers.items():
        try:
            data = peer.encode(speech).data
        except CodecMissingError:
            continue
        yield Case(f"{name}, encode", _quiet(partial(peer.encode, speech)), SECONDS)
        yield Case(f"{name}, decode", _quiet(partial(peer.decode, data)), SECONDS)
    magnitude = np.abs(librosa.stft(speech, n_fft=FFT_SIZE, hop_length=HOP))
    inverted = partial(librosa.griffinlim, magnitude, n_iter=ITERATIONS, hop_length=HOP)
    yield Case(f"Griffin-Lim of librosa, {ITERATIONS} iterations", _quiet(inverted), SECONDS)


def _quiet(work: Callable[[], Any]) -> Callable[[], None]:
    """Return work in this process, whose memory says nothing."""

    def run() -> None:
        with own_state():
            work()

    return run


def _tool(*arguments: str) -> float:
    """Run the tool; return the most memory of a process of it, in MB."""
    command = [sys.executable, "-c", MEASURED, *TOOL, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout) / 1000


def _step(stage: SequenceStage, crops: torch.Tensor, threads: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    stage.step(crops, 1e-4)
    torch.set_num_threads(before)
