"""The sender: from speech to the bytes of a .gac file."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from gan_audio_compression.codec.container import Header, write_container
from gan_audio_compression.codec.latent import column_contexts, to_columns
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.problem import SearchResult
from gan_audio_compression.codec.search.run import search
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.signal.analysis import frame_count, log_mel_spectrogram
from gan_audio_compression.signal.segments import frame_mask
from gan_audio_compression.signal.spec import SAMPLE_RATE

CHUNK_COLUMNS = 128
"""Latent columns in a chunk of a file: 16.384 s."""


@dataclass(frozen=True)
class Encoded:
    """A file and how it was found.

    Attributes:
        data: bytes of the .gac file.
        payload_bits: bits of its entropy-coded chunks.
        ideal_bits: code length of the symbols under the model's tables.
        start_objective: F of the encoder's quantised latent, mean over the utterance's frames.
        objective: F of the symbols that were sent, likewise.
    """

    data: bytes
    payload_bits: int
    ideal_bits: float
    start_objective: float
    objective: float


def encode_speech(
    model: CodecModel,
    speech: NDArray[np.float32],
    level_code: int,
    config: SearchConfig,
    coder: str,
) -> Encoded:
    """Compress `speech` ([n], 16 kHz, at the project's speech level) to a .gac file.

    Args:
        model: the codec.
        speech: what `signal.level.normalise_level` gave.
        level_code: what it gave beside, restored by the receiver.
        config: how to search.
        coder: name of the entropy coder.
    """
    log_mel = log_mel_spectrogram(torch.from_numpy(speech))
    found = search(model, log_mel, config)
    columns = to_columns(found.symbols, len(log_mel))
    entropy_coder = make_coder(coder, model.tables)
    payloads = [
        entropy_coder.encode(chunk.ravel(), column_contexts(*chunk.shape))
        for chunk in np.split(columns, range(CHUNK_COLUMNS, len(columns), CHUNK_COLUMNS))
    ]
    header = Header(model.fingerprint, SAMPLE_RATE, level_code, len(speech), coder)
    start, objective = _utterance_means(found, frame_count(len(speech)))
    return Encoded(
        data=write_container(header, payloads),
        payload_bits=8 * sum(map(len, payloads)),
        ideal_bits=model.tables.code_length(columns.ravel(), column_contexts(*columns.shape)),
        start_objective=start,
        objective=objective,
    )


def _utterance_means(found: SearchResult, frames: int) -> tuple[float, float]:
    """Return F at the start and at the end, each segment weighted by its real frames."""
    weights = frame_mask(frames).sum((1, 2, 3)) / frames
    return float((found.trace[0] * weights).sum()), float((found.objective * weights).sum())
