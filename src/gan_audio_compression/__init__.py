"""Speech compression with a generative adversarial network, and the reproducible study of it.

`Codec` compresses and decompresses; what can go wrong of what it is given is one of the errors
here, each a `GanAudioCompressionError`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gan_audio_compression.audio.errors import AudioError as AudioError
    from gan_audio_compression.codec.codec import Codec as Codec
    from gan_audio_compression.codec.codec import Coded as Coded
    from gan_audio_compression.codec.container.errors import BitstreamError as BitstreamError
    from gan_audio_compression.codec.device import DeviceError as DeviceError
    from gan_audio_compression.codec.live.decoder import LiveDecoder as LiveDecoder
    from gan_audio_compression.codec.live.encoder import LiveEncoder as LiveEncoder
    from gan_audio_compression.codec.live.errors import LiveFormatError as LiveFormatError
    from gan_audio_compression.codec.live.errors import LiveStateError as LiveStateError
    from gan_audio_compression.codec.live.errors import PacketError as PacketError
    from gan_audio_compression.codec.live.model import LiveModel as LiveModel
    from gan_audio_compression.codec.live.packet_format import PacketFormat as PacketFormat
    from gan_audio_compression.codec.live.shipped import open_live_model as open_live_model
    from gan_audio_compression.codec.models import UnknownModelError as UnknownModelError
    from gan_audio_compression.codec.search.errors import BitrateTooLowError as BitrateTooLowError
    from gan_audio_compression.codec.search.errors import SearchError as SearchError
    from gan_audio_compression.errors import GanAudioCompressionError as GanAudioCompressionError
    from gan_audio_compression.extras import MissingPackageError as MissingPackageError
    from gan_audio_compression.networks.errors import ModelFileError as ModelFileError

__version__ = "0.1.0"

# PEP 562: whoever wants the version need not wait for NumPy.
_HOMES = {
    "AudioError": "audio.errors",
    "BitrateTooLowError": "codec.search.errors",
    "BitstreamError": "codec.container.errors",
    "Codec": "codec.codec",
    "Coded": "codec.codec",
    "DeviceError": "codec.device",
    "GanAudioCompressionError": "errors",
    "LiveDecoder": "codec.live.decoder",
    "LiveEncoder": "codec.live.encoder",
    "LiveFormatError": "codec.live.errors",
    "LiveModel": "codec.live.model",
    "LiveStateError": "codec.live.errors",
    "MissingPackageError": "extras",
    "ModelFileError": "networks.errors",
    "open_live_model": "codec.live.shipped",
    "PacketError": "codec.live.errors",
    "PacketFormat": "codec.live.packet_format",
    "SearchError": "codec.search.errors",
    "UnknownModelError": "codec.models",
}
__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
