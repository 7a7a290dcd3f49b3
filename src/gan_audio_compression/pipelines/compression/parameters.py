"""Parameters of compression."""

from pydantic import ConfigDict, RootModel

from gan_audio_compression.codec.coding import Coding


class CodingParameters(RootModel[Coding]):
    """How one system finds and codes its symbols, as the sender takes it."""

    model_config = ConfigDict(frozen=True)
