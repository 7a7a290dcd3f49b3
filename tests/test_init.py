"""What the package gives by itself, and at what cost."""

import subprocess
import sys
from pathlib import Path

import pytest

import gan_audio_compression
from gan_audio_compression.codec import codec

SOURCE = Path(gan_audio_compression.__file__).parents[1]


def test_the_codec_is_the_packages_own() -> None:
    from gan_audio_compression import Codec

    assert Codec is codec.Codec
    assert "Codec" in gan_audio_compression.__all__


def test_the_names_of_the_package_are_listed() -> None:
    assert {"Codec", "__version__"} <= set(dir(gan_audio_compression))


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Coder'"):
        _ = gan_audio_compression.Coder


def test_pytorch_comes_with_the_codec_and_not_before() -> None:
    program = (
        "import sys, gan_audio_compression as package\n"
        "assert package.__version__ and 'torch' not in sys.modules\n"
        "from gan_audio_compression import Codec\n"
        "assert 'torch' in sys.modules and Codec.__name__ == 'Codec'\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=SOURCE, check=True)
