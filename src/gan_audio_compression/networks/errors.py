"""What can be wrong with a model file."""

from gan_audio_compression.errors import GanAudioCompressionError


class ModelFileError(GanAudioCompressionError):
    """A model file cannot be opened."""


class NotAModelError(ModelFileError):
    """The file is not safetensors, or holds something other than the model that was asked for."""


class TruncatedModelError(ModelFileError):
    """The file is shorter than its own header says."""


class NewerModelError(ModelFileError):
    """The file is of a later version of the format."""


class OlderModelError(ModelFileError):
    """The file is of a version of the format that its kind of model has no more."""


class DamagedModelError(ModelFileError):
    """A part of the file is missing, impossible or not what its digest says."""

    def __init__(self, fault: str) -> None:
        super().__init__(
            f"the model file is damaged ({fault});"
            " download it again, or train it again if it is your own."
        )
