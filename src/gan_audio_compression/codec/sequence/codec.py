"""The codec over time as one of the codecs that are compared: speech to .gac files and back."""

import io
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.container.chunk import Chunk
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.codec.search.annealing import ANNEALING
from gan_audio_compression.codec.search.presets import search_config
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.loudness_match import MATCHING
from gan_audio_compression.signal.synthesis import SYNTHESIS

Wave = NDArray[np.float32]


@dataclass(frozen=True)
class SequenceCodec:
    """The codec over time at one bit rate.

    Attributes:
        model: the codec.
        bitrate: most bits of a file for each second of speech.
        effort: of the search, 0 (the encoder alone) to 9.
        methods: how symbols and sound are found, which a result depends on beside the model.
    """

    model: SequenceModel
    bitrate: float
    effort: int = 0
    methods: str = field(default=f"{ANNEALING}; {SYNTHESIS}; {MATCHING}", init=False)

    @property
    def suffix(self) -> str:
        """What the names of its files end with."""
        return ".gac"

    @property
    def nominal_kbit_s(self) -> float:
        """The bit rate that it is asked for."""
        return self.bitrate / 1000

    @property
    def how_to_get(self) -> str:
        """Where it comes from."""
        return "part of this project"

    def version(self) -> str:
        """Return the name of the codec and the beginning of its model's digest."""
        return f"codec over time, model {self.model.digest[:8]}, effort {self.effort}"

    def encode(self, speech: Wave) -> bytes:
        """Return the .gac file of `speech` [n], at 16 kHz and the speaker's own level.

        Raises:
            BitrateTooLowError: not even the coarsest quality keeps to the bit rate.
        """
        search = search_config(self.model.strategy, self.effort, self.model.objective)
        coding = Coding(search, bitrate=self.bitrate)
        return encode_speech(self.model, *normalise_level(speech), coding).data

    def decode(self, data: bytes) -> Wave:
        """Return the speech [n] of a .gac file at 16 kHz, as long and as loud as the recording.

        Raises:
            BitstreamError: the bytes are no such file, damaged, newer or of another model.
        """
        return decode_file(self.model, data).speech

    def payload_bits(self, data: bytes) -> int:
        """Return the bits of the coded chunks in a file, without header, sizes and checksums."""
        chunks = ContainerReader(io.BytesIO(data)).chunks()
        return 8 * sum(len(chunk.payload) for chunk in chunks if isinstance(chunk, Chunk))
