"""What the package gives by itself, and at what cost."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gan_audio_compression
from gan_audio_compression import GanAudioCompressionError
from gan_audio_compression.codec import codec

SOURCE = Path(gan_audio_compression.__file__).parents[1]


def test_the_codec_is_the_packages_own() -> None:
    assert gan_audio_compression.Codec is codec.Codec


def test_the_names_of_the_package_are_listed_and_there() -> None:
    assert {"Codec", "BitstreamError", "__version__"} <= set(gan_audio_compression.__all__)
    assert set(gan_audio_compression.__all__) <= set(dir(gan_audio_compression))
    for name in gan_audio_compression.__all__:
        value = getattr(gan_audio_compression, name)
        if name.endswith("Error"):
            assert issubclass(value, GanAudioCompressionError)


def test_type_checkers_know_the_same_names() -> None:
    tree = ast.parse(Path(gan_audio_compression.__file__).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    imported = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    names = {alias.asname: node.module for node in imported for alias in node.names}
    homes = gan_audio_compression._HOMES
    assert names == {name: f"gan_audio_compression.{home}" for name, home in homes.items()}


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Coder'"):
        _ = gan_audio_compression.Coder


def test_nothing_is_imported_before_the_codec_and_no_pytorch_with_it() -> None:
    program = (
        "import sys, gan_audio_compression as package\n"
        "assert package.__version__ and 'numpy' not in sys.modules\n"
        "from gan_audio_compression import Codec\n"
        "assert Codec.load().model and 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=SOURCE, check=True)
