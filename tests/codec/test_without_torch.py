"""The codec where PyTorch is not installed: encoding without a search, decoding, and one sentence
for each thing that needs it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

import gan_audio_compression
from gan_audio_compression import Codec

SOURCE = Path(gan_audio_compression.__file__).parents[1]
# What an install of the codec alone has not.
ABSENT = ("torch", "torchaudio", "scipy", "pandas", "pydantic", "kedro", "mlflow", "sklearn")
PROGRAM = f"""
import json, logging, sys
from importlib.machinery import PathFinder

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        absent = name.partition(".")[0] in {ABSENT!r}
        return None if absent else super().find_spec(name, path, target)

sys.meta_path = [Without if finder is PathFinder else finder for finder in sys.meta_path]
logging.basicConfig(level=logging.INFO, format="%(message)s")
import soundfile
from gan_audio_compression import Codec
folder = sys.argv[1]
samples, rate = soundfile.read(folder + "/speech.wav", dtype="float32")
codec = Codec.load()
data = codec.encode(samples, rate, bitrate=1500)
assert codec.encode(samples, rate, bitrate=1500) == data
open(folder + "/speech.gac", "wb").write(data)
soundfile.write(folder + "/decoded.wav", codec.decode(data)[0], rate, "FLOAT")
errors = []
for attempt in (
    lambda: codec.encode(samples, rate, effort=1),
    lambda: Codec.load("paper"),
    lambda: Codec.load(device="cuda"),
    lambda: Codec.load(precision="bfloat16").decode(data),
):
    try:
        attempt()
    except Exception as error:
        errors.append([type(error).__name__, str(error)])
print(json.dumps(errors))
"""


@pytest.fixture(scope="module")
def done(
    tmp_path_factory: pytest.TempPathFactory, sentence: np.ndarray
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("without")
    sf.write(folder / "speech.wav", sentence, 16_000, "FLOAT")
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    return folder, subprocess.run(
        command, cwd=SOURCE, capture_output=True, text=True, timeout=120, check=True
    )


def test_a_recording_is_coded_as_with_it(done: tuple[Path, Any], sentence: np.ndarray) -> None:
    folder, _ = done
    codec = Codec.load()
    data = codec.encode(sentence, 16_000, effort=0, bitrate=1500)
    assert (folder / "speech.gac").read_bytes() == data
    decoded, _ = sf.read(folder / "decoded.wav", dtype="float32")
    np.testing.assert_allclose(decoded, codec.decode(data)[0], atol=1e-6)


def test_that_nothing_is_searched_is_said_once(done: tuple[Path, Any]) -> None:
    log = done[1].stderr
    assert log.count("PyTorch is not installed") == 1
    assert "pip install 'gan-audio-compression[search]'" in log


def test_what_needs_it_says_what_to_install(done: tuple[Path, Any]) -> None:
    errors = json.loads(done[1].stdout)
    assert [name for name, _ in errors] == ["MissingPackageError"] * 4
    beginnings = (
        "A search",
        "The codec of the paper",
        "The device 'cuda'",
        "Computing in bfloat16",
    )
    for (_, message), beginning in zip(errors, beginnings, strict=True):
        assert message.startswith(f"{beginning} ")
        assert message.endswith(
            "needs torch, which is not installed: pip install 'gan-audio-compression[search]'."
        )
