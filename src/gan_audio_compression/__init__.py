"""Speech compression with a generative adversarial network, and the reproducible study of it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gan_audio_compression.codec.codec import Codec

__all__ = ["Codec", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> "type[Codec]":
    # PEP 562: whoever wants the version, or a part without networks, need not wait for PyTorch.
    if name == "Codec":
        from gan_audio_compression.codec.codec import Codec

        return Codec
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
