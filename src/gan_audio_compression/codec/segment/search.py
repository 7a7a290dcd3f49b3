"""The search of the segment codec over a chunk: its segments in batches of one size."""

import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.problem import SearchResult
from gan_audio_compression.codec.search.strategies import STRATEGIES
from gan_audio_compression.codec.segment.columns import sent_columns
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.objective import OBJECTIVES
from gan_audio_compression.codec.segment.problem import SegmentProblem
from gan_audio_compression.signal.segments import frame_mask, segment_count, split_segments

BATCH = 4
"""Segments that are searched at once.

Convolutions of another batch size may differ in their last bit, and a search makes other symbols
of that. In batches that always have this size, filled up with silence, a segment's symbols depend
on nothing but the segment; and memory does not grow with the utterance.
"""


def search(
    model: SegmentModel,
    log_mel: Tensor,
    config: SearchConfig,
    costs: Tensor | None = None,
    start: Tensor | None = None,
) -> SearchResult:
    """Find the symbols of `log_mel`; the result is on the CPU, wherever the model is.

    Args:
        model: the codec.
        log_mel: [frames, 128] in nepers.
        config: how to search.
        costs: of each symbol, [positions, 1, levels], see `Quantiser.symbols`; without them the
            rate is left alone.
        start: latents [segments, positions, columns] to search from, if not from the encoder's.
    """
    results = [
        STRATEGIES[config.strategy](problem, config)
        for problem in _problems(model, log_mel, config, costs, start)
    ]
    segments = segment_count(len(log_mel))
    evaluations = max(len(result.trace) for result in results)
    traces = [_lengthened(result.trace, evaluations) for result in results]
    return SearchResult(
        torch.cat([result.symbols for result in results])[:segments].cpu(),
        torch.cat([result.objective for result in results])[:segments].cpu(),
        torch.cat(traces, dim=1)[:, :segments].cpu(),
    )


def encoder_latent(model: SegmentModel, log_mel: Tensor) -> Tensor:
    """Return where a search of `log_mel` [frames, 128] starts, on the CPU."""
    problems = _problems(model, log_mel, SearchConfig("encoder_only"), None, None)
    latents = torch.cat([problem.start for problem in problems])
    return latents[: segment_count(len(log_mel))].cpu()


def _problems(
    model: SegmentModel,
    log_mel: Tensor,
    config: SearchConfig,
    costs: Tensor | None,
    start: Tensor | None,
) -> list[SegmentProblem]:
    device, frames = model.device, len(log_mel)
    images = _batches(split_segments(log_mel), -1.0)
    masks = _batches(frame_mask(frames), 1.0)
    sent = _batches(sent_columns(frames, model.networks.columns), False)
    starts = [None] * len(images) if start is None else _batches(start, 0.0)
    return [
        SegmentProblem(
            model,
            OBJECTIVES[config.objective],
            image.to(device),
            mask.to(device),
            columns.to(device),
            costs,
            None if first is None else first.to(device),
        )
        for image, mask, columns, first in zip(images, masks, sent, starts, strict=True)
    ]


def _batches(segments: Tensor, filling: float) -> tuple[Tensor, ...]:
    """Split [S, ...] into batches of `BATCH`, the last one filled up."""
    missing = -len(segments) % BATCH
    filled = functional.pad(segments, (0, 0) * (segments.ndim - 1) + (0, missing), value=filling)
    return tuple(filled.split(BATCH))


def _lengthened(trace: Tensor, evaluations: int) -> Tensor:
    """Repeat the last row of a search that ended early."""
    return torch.cat([trace, trace[-1:].expand(evaluations - len(trace), -1)])
