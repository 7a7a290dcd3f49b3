"""ffmpeg decodes what libsndfile does not know: its samples, its errors, its end."""

import io
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import UnreadableAudioError
from gan_audio_compression.audio.reader import AudioReader
from tests.recordings import DECODER, RATE, file_of, install_ffmpeg, piped, read, tone

STEPS = np.arange(-15_000, 15_000, dtype="<i2")
FAKE = b"FAKE" + STEPS.tobytes()

# Sends WAV without end, and tells its number.
ENDLESS = (
    """
with open(os.path.join(os.path.dirname(sys.argv[0]), "pids"), "a") as file:
    file.write(f"{os.getpid()}\\n")
"""
    + DECODER
    + """
while True:
    sys.stdout.buffer.write(data[4:])
"""
)


def samples_of(file: BinaryIO) -> NDArray[np.float32]:
    with AudioReader(file) as reader:
        return np.concatenate(list(reader.blocks()))


@pytest.fixture
def decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_ffmpeg(tmp_path, monkeypatch, DECODER)


@pytest.mark.usefixtures("decoder")
def test_what_it_sends_is_read_from_anything(tmp_path: Path) -> None:
    expected = STEPS / np.float32(32768)
    assert np.array_equal(read(FAKE).samples, expected)
    (tmp_path / "a.fake").write_bytes(FAKE)
    with (tmp_path / "a.fake").open("rb") as file:
        assert np.array_equal(samples_of(file), expected)
    (tmp_path / "b.fake").write_bytes(b"before" + FAKE)
    with (tmp_path / "b.fake").open("rb") as file:
        file.seek(6)
        assert np.array_equal(samples_of(file), expected)


@pytest.mark.usefixtures("decoder")
def test_it_is_read_again_from_the_beginning() -> None:
    with piped(FAKE) as pipe, AudioReader(pipe) as reader:
        assert (reader.sample_rate, reader.channels, reader.rewindable) == (RATE, 1, True)
        next(reader.blocks())
        passes = [np.concatenate(list(reader.blocks())) for _ in range(2)]
    assert len(passes[0]) == len(STEPS)
    np.testing.assert_array_equal(passes[0], passes[1])


@pytest.mark.usefixtures("decoder")
def test_what_libsndfile_knows_is_not_given_to_it() -> None:
    assert read(file_of(tone(0.1))).is_whole


@pytest.mark.usefixtures("decoder")
def test_what_neither_knows_is_told_in_its_words() -> None:
    with pytest.raises(UnreadableAudioError) as caught:
        AudioReader(io.BytesIO(b"no audio at all " * 99))
    assert str(caught.value) == (
        "This is not readable audio (ffmpeg: Invalid data found when processing input); "
        "give a whole file, or one in another format."
    )


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ('print("[mov @ 0x5] partial file", file=sys.stderr)', "partial file"),
        ("sys.exit(3)", "exit code 3"),
    ],
)
def test_what_it_could_not_decode_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, reason: str
) -> None:
    install_ffmpeg(tmp_path, monkeypatch, DECODER + end)
    damaged = read(FAKE)
    assert len(damaged.samples) == len(STEPS)
    assert damaged.messages == [f"Some of the audio could not be decoded (ffmpeg: {reason})."]


def test_many_complaints_do_not_block_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    complaints = 'print("odd\\n" * 99_999, file=sys.stderr)\n'
    install_ffmpeg(tmp_path, monkeypatch, complaints + DECODER)
    assert read(FAKE).messages == ["Some of the audio could not be decoded (ffmpeg: odd)."]


def test_without_it_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableAudioError, match=r"not readable audio.*install ffmpeg"):
        AudioReader(io.BytesIO(FAKE))


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_it_ends_with_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    install_ffmpeg(tmp_path, monkeypatch, ENDLESS)
    with pytest.raises(error), AudioReader(io.BytesIO(FAKE)) as reader:
        for _ in reader.blocks():
            raise error
    pids = (tmp_path / "pids").read_text().split()
    assert len(pids) == 2
    deadline = time.monotonic() + 10
    while any(runs(int(pid)) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended may still be waited for.
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize("suffix", ["m4a", "mka", "wv"])
def test_the_true_one(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "a.wav").write_bytes(file_of(tone(2.0)))
    target = tmp_path / f"a.{suffix}"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", tmp_path / "a.wav", target], check=True)
    data = target.read_bytes()
    whole = read(data)
    # AAC comes in frames of 1024 samples.
    assert len(whole.samples) == pytest.approx(2 * RATE, abs=2048)
    assert whole.is_whole
    with pytest.raises(UnreadableAudioError, match="ffmpeg: "):
        AudioReader(io.BytesIO(b"no audio at all " * 99))
