"""The search over an utterance: its segments in batches of one size."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.codec.latent import sent_columns
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.objective import OBJECTIVES
from gan_audio_compression.codec.search.problem import SearchProblem, SearchResult
from gan_audio_compression.codec.search.strategies import STRATEGIES
from gan_audio_compression.signal.segments import frame_mask, segment_count, split_segments

BATCH = 4
"""Segments that are searched at once.

Convolutions of another batch size may differ in their last bit, and a search makes other symbols
of that. In batches that always have this size, filled up with silence, a segment's symbols depend
on nothing but the segment; and memory does not grow with the utterance.
"""


SEARCH = f"batches of {BATCH}, figure 4 until nothing moves, ADMM on sent columns"
"""Names these methods wherever a result depends on them: change it when a method changes."""


def search(model: CodecModel, log_mel: Tensor, config: SearchConfig) -> SearchResult:
    """Find the symbols of `log_mel` [frames, 128]."""
    results = [
        STRATEGIES[config.strategy](problem, config)
        for problem in _problems(model, log_mel, config)
    ]
    segments = segment_count(len(log_mel))
    evaluations = max(len(result.trace) for result in results)
    return SearchResult(
        torch.cat([result.symbols for result in results])[:segments],
        torch.cat([result.objective for result in results])[:segments],
        torch.cat([_lengthened(result.trace, evaluations) for result in results], 1)[:, :segments],
    )


def _problems(model: CodecModel, log_mel: Tensor, config: SearchConfig) -> Iterator[SearchProblem]:
    images = split_segments(log_mel)
    missing = -len(images) % BATCH
    padded = functional.pad(images, (0, 0, 0, 0, 0, 0, 0, missing), value=-1.0)
    mask = functional.pad(frame_mask(len(log_mel)), (0, 0, 0, 0, 0, 0, 0, missing), value=1.0)
    sent = functional.pad(sent_columns(len(log_mel)), (0, 0, 0, 0, 0, 0, 0, missing), value=False)
    objective = OBJECTIVES[config.objective]
    for batch in zip(padded.split(BATCH), mask.split(BATCH), sent.split(BATCH), strict=True):
        yield SearchProblem(model, objective, *batch)


def _lengthened(trace: Tensor, evaluations: int) -> Tensor:
    """Repeat the last row of a search that ended early."""
    return torch.cat([trace, trace[-1:].expand(evaluations - len(trace), -1)])
