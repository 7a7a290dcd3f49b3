"""The AMR coders of VisualOn and OpenCORE, called frame by frame."""

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from gan_audio_compression.bench.codec import CodecFailedError
from gan_audio_compression.bench.library import SharedLibrary
from gan_audio_compression.bench.pcm import Pcm

# The largest frame, of AMR-WB at 23.85 kbit/s, has 61 bytes.
_FRAME_ROOM = 64


@dataclass(frozen=True)
class _Functions:
    """The C functions of a coder, each with a state as their first argument.

    Attributes:
        library: where they are.
        start: makes the state.
        start_arguments: what it takes; 0 for "no discontinuous transmission".
        code: codes or decodes one frame.
        end: frees the state.
    """

    library: SharedLibrary
    start: str
    start_arguments: tuple[int, ...]
    code: str
    end: str

    @contextmanager
    def state(self) -> Iterator[tuple[ctypes.CDLL, ctypes.c_void_p]]:
        """The loaded library and a fresh state, freed at the end.

        Raises:
            CodecMissingError: the library is not installed.
            CodecFailedError: it makes no state.
        """
        library = self.library.load()
        start, end = library[self.start], library[self.end]
        start.restype, end.restype = ctypes.c_void_p, None
        address = start(*self.start_arguments)
        if not address:
            raise CodecFailedError(
                f"lib{self.library.name} does not start; free some memory and try again."
            )
        try:
            yield library, ctypes.c_void_p(address)
        finally:
            end(ctypes.c_void_p(address))


@dataclass(frozen=True)
class AmrEncoder(_Functions):
    """Codes frames of 20 ms."""

    def frames(self, pcm: Pcm, mode: int) -> Iterator[bytes]:
        """The coded frames of [frames, samples], each behind its table-of-contents byte.

        Args:
            pcm: 160 samples a frame in narrow band, 320 in wide band.
            mode: frame type of the speech, 0 for the lowest bit rate.

        Raises:
            CodecMissingError: the library is not installed.
            CodecFailedError: it does not start.
        """
        coded = ctypes.create_string_buffer(_FRAME_ROOM)
        with self.state() as (library, state):
            for frame in np.ascontiguousarray(pcm):
                samples = frame.ctypes.data_as(ctypes.c_void_p)
                size = library[self.code](state, mode, samples, coded, 0)
                yield coded.raw[:size]


@dataclass(frozen=True)
class AmrDecoder(_Functions):
    """Decodes frames of 20 ms."""

    def pcm(self, frames: Iterable[bytes], frame_samples: int) -> Pcm:
        """The samples of frames, each whole and behind its table-of-contents byte.

        The library reads as many bytes as that byte tells, so it must be checked before.

        Raises:
            CodecMissingError: the library is not installed.
            CodecFailedError: it does not start.
        """
        decoded = []
        with self.state() as (library, state):
            for frame in frames:
                samples = np.zeros(frame_samples, np.int16)
                address = samples.ctypes.data_as(ctypes.c_void_p)
                library[self.code](state, frame, address, 0)
                decoded.append(samples)
        return np.concatenate(decoded)


NARROW_BAND_ENCODER = AmrEncoder(
    SharedLibrary("opencore-amrnb", "libopencore-amrnb0", "Encoder_Interface_Encode"),
    "Encoder_Interface_init",
    (0,),
    "Encoder_Interface_Encode",
    "Encoder_Interface_exit",
)
NARROW_BAND_DECODER = AmrDecoder(
    SharedLibrary("opencore-amrnb", "libopencore-amrnb0", "Decoder_Interface_Decode"),
    "Decoder_Interface_init",
    (),
    "Decoder_Interface_Decode",
    "Decoder_Interface_exit",
)
WIDE_BAND_ENCODER = AmrEncoder(
    SharedLibrary("vo-amrwbenc", "libvo-amrwbenc0", "E_IF_encode"),
    "E_IF_init",
    (),
    "E_IF_encode",
    "E_IF_exit",
)
WIDE_BAND_DECODER = AmrDecoder(
    SharedLibrary("opencore-amrwb", "libopencore-amrwb0", "D_IF_decode"),
    "D_IF_init",
    (),
    "D_IF_decode",
    "D_IF_exit",
)
