"""The receiver: from the bytes of a .gac file, and the model alone, to speech."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from gan_audio_compression.codec.container import (
    CorruptError,
    Header,
    check_model,
    read_container,
)
from gan_audio_compression.codec.latent import column_contexts, column_count, from_columns
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.sender import CHUNK_COLUMNS
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.signal.analysis import frame_count
from gan_audio_compression.signal.level import gain_to_speech_level
from gan_audio_compression.signal.segments import join_segments
from gan_audio_compression.signal.synthesis import waveform_from_log_mel

GENERATOR_BATCH = 32
"""Segments that the generator makes at once, so that its memory does not grow with the file."""


@dataclass(frozen=True)
class Decoded:
    """What a file holds.

    Attributes:
        log_mel: [frames, 128] in nepers, at the project's speech level.
        speech: [samples] at 16 kHz and at the speaker's own level.
        sample_rate: of `speech`, in Hz.
    """

    log_mel: NDArray[np.float32]
    speech: NDArray[np.float32]
    sample_rate: int


def decode_file(model: CodecModel, data: bytes) -> Decoded:
    """Decompress a .gac file.

    Raises:
        BitstreamError: the bytes are no such file, damaged, newer or of another model.
    """
    header, payloads = read_container(data)
    check_model(header, model.fingerprint)
    frames = frame_count(header.samples)
    columns = _decode_columns(model, header, payloads, column_count(frames))
    symbols = from_columns(columns, model.padding)
    with torch.no_grad():
        latents = model.quantiser.values(symbols).split(GENERATOR_BATCH)
        images = torch.cat([model.generator(latent) for latent in latents])
        log_mel = join_segments(images, frames)
        waveform = waveform_from_log_mel(log_mel, header.samples)
    speech = (waveform / gain_to_speech_level(header.level_code)).numpy()
    return Decoded(log_mel.numpy(), speech, header.sample_rate)


def _decode_columns(
    model: CodecModel, header: Header, payloads: list[bytes], columns: int
) -> NDArray[np.int32]:
    """Return symbols [columns, positions]; the number of chunks is checked before any is read."""
    if len(payloads) != -(-columns // CHUNK_COLUMNS):
        raise CorruptError(
            f"The file has {len(payloads)} chunks, which is not what {header.samples} samples "
            "need; it is damaged, so get it again."
        )
    coder = make_coder(header.coder, model.tables)
    chunks = []
    for first, payload in zip(range(0, columns, CHUNK_COLUMNS), payloads, strict=True):
        size = min(CHUNK_COLUMNS, columns - first)
        try:
            symbols = coder.decode(payload, column_contexts(size, model.positions))
        except CorruptPayloadError as error:
            raise CorruptError(
                f"A chunk of the file is damaged ({error}); get it again."
            ) from error
        chunks.append(symbols.reshape(size, model.positions))
    return np.concatenate(chunks)
