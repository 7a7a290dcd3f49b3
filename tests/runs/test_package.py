"""Wheel and sdist, each in an empty environment: what they bring, what works, what says why not."""

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression import Codec

ROOT = Path(__file__).resolve().parents[2]
RATE = 16_000
MOST_PACKAGES, MOST_MEGABYTES = 20, 200
PYTHONS = [f"python3.{minor}" for minor in (11, 12, 13, 14) if minor != sys.version_info.minor]
GOLDEN = ROOT / "tests" / "golden" / "default" / "woman_16k_2000.gac"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with wheel and sdist; the wheel is made of the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", folder, ROOT], check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="module", params=["*.whl", "*.tar.gz"])
def programs(
    request: pytest.FixtureRequest, packages: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of the programs of an environment that has the package and what it needs."""
    (package,) = packages.glob(request.param)
    return installed_by(sys.executable, package, tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="module", params=PYTHONS)
def programs_of_another(
    request: pytest.FixtureRequest, packages: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same with another Python of this machine, which has other releases of what it needs."""
    (wheel,) = packages.glob("*.whl")
    for python in pythons(request.param):
        if subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True).returncode:
            continue
        return installed_by(python, wheel, tmp_path_factory.mktemp("environment"))
    pytest.skip(f"no {request.param} is here")


def pythons(name: str) -> Iterator[Path]:
    """Where a Python may be: on the path, and among those of pyenv."""
    yield from map(Path, filter(None, [shutil.which(name)]))
    yield from Path.home().glob(f".pyenv/versions/*/bin/{name}")


def installed_by(python: str | Path, package: Path, environment: Path) -> Path:
    """Install a package and what it needs, nothing else; return the folder of the programs."""
    subprocess.run([python, "-m", "venv", environment], check=True)
    programs = environment / "bin"
    install: list[str | Path] = [programs / "python", "-m", "pip", "install", "--quiet", package]
    subprocess.run(install, check=True)
    return programs


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory, sentence: NDArray[np.float32]) -> Path:
    path = tmp_path_factory.mktemp("speech") / "speech.wav"
    sf.write(path, sentence, RATE)
    return path


def outcome(programs: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [programs / "gan-audio-compression", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=programs)


def installed(programs: Path) -> Iterator[tuple[str, int]]:
    """Each package and the bytes of its files."""
    for metadata in programs.parent.glob("lib/python*/site-packages/*.dist-info"):
        record = (metadata / "RECORD").read_text().splitlines()
        files = (metadata.parent / line.split(",")[0].strip('"') for line in record)
        yield metadata.name, sum(file.stat().st_size for file in files if file.is_file())


def test_the_codec_is_small(programs: Path) -> None:
    sizes = {n: size for n, size in installed(programs) if not n.startswith(("pip-", "setuptools"))}
    assert 1 < len(sizes) <= MOST_PACKAGES
    assert sum(sizes.values()) < 1e6 * MOST_MEGABYTES, sizes
    assert not any(name.startswith(("torch", "scipy")) for name in sizes)


def test_speech_goes_through(programs: Path, speech: Path, tmp_path: Path) -> None:
    coded, decoded = tmp_path / "speech.gac", tmp_path / "speech.wav"
    done = outcome(programs, "encode", "--bitrate", "2k", speech, "-o", coded)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("PyTorch is not installed") == 1
    done = outcome(programs, "decode", coded, "-o", decoded)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1), done.stderr
    (samples, rate), (original, _) = sf.read(decoded), sf.read(speech)
    assert (len(samples), rate) == (len(original), RATE)
    assert 8 * coded.stat().st_size <= 2000 * len(samples) / RATE
    assert samples.std() == pytest.approx(original.std(), rel=0.2)
    assert "default" in outcome(programs, "info", coded).stdout


def test_every_python_makes_the_same_files_and_sound(
    programs_of_another: Path, speech: Path, tmp_path: Path
) -> None:
    coded, decoded = tmp_path / "speech.gac", tmp_path / "golden.flac"
    done = outcome(programs_of_another, "encode", "--bitrate", "2k", speech, "-o", coded)
    assert done.returncode == 0, done.stderr
    samples, rate = sf.read(speech, dtype="float32")
    assert coded.read_bytes() == Codec.load().encode(samples, rate, bitrate=2000, effort=0)
    done = outcome(programs_of_another, "decode", GOLDEN, "-o", decoded)
    assert done.returncode == 0, done.stderr
    expected, _ = sf.read(GOLDEN.with_suffix(".flac"))
    assert sf.read(decoded)[0] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["encode", "--effort", "3", "{speech}", "-o", "{folder}/a.gac"], "search"),
        (["encode", "--model", "paper", "{speech}", "-o", "{folder}/a.gac"], "search"),
        (["compare", "{speech}", "{speech}"], "bench"),
        (["listen", "{folder}", "--ratings", "{folder}/ratings.sqlite"], "listening"),
        (["run"], "study"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else value,
)
def test_what_is_not_there_says_what_to_install(
    programs: Path, speech: Path, tmp_path: Path, arguments: list[str], extra: str
) -> None:
    done = outcome(programs, *(each.format(speech=speech, folder=tmp_path) for each in arguments))
    assert done.returncode != 0
    assert f"pip install 'gan-audio-compression[{extra}]'." in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_sdist_has_what_a_wheel_is_made_of(packages: Path) -> None:
    (sdist,) = packages.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "pyproject.toml"} <= names
    assert any(name.endswith("models/default.safetensors") for name in names)
