"""The codecs of other makers, as parameters choose them."""

from typing import Annotated

from pydantic import Field

from gan_audio_compression.baselines.amr import AmrCodec
from gan_audio_compression.baselines.codec2 import Codec2Codec
from gan_audio_compression.baselines.opus import OpusCodec
from gan_audio_compression.baselines.speex import SpeexCodec

ExternalCodec = Annotated[
    OpusCodec | SpeexCodec | AmrCodec | Codec2Codec, Field(discriminator="kind")
]
"""A `BaselineCodec` by its kind and settings, such as {kind: opus, bitrate: 9000}."""
