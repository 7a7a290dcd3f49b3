"""The kinds of model, in one table: what opens each, and what codes chunks with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gan_audio_compression.codec.chunk_coder import ChunkCoder
from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.container.errors import CorruptError
from gan_audio_compression.codec.search.errors import SearchError
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.extras import require


@dataclass(frozen=True)
class Kind:
    """One kind of model.

    Attributes:
        model: its class.
        coders: entropy coders that it has.
        objectives: whether a search may be told what to minimise.
        sender: what codes chunks of it, for a coding.
        receiver: what decodes them, for an entropy coder.
    """

    model: type[TrainedCodec]
    coders: tuple[str, ...]
    objectives: bool
    sender: Callable[[Any, Coding], ChunkCoder]
    receiver: Callable[[Any, str], ChunkCoder]


def _segment() -> Kind:
    require("The codec of the paper", "search", "torch")
    from gan_audio_compression.codec.segment.coder import SegmentCoder
    from gan_audio_compression.codec.segment.model import SegmentModel

    return Kind(
        SegmentModel,
        ("arithmetic", "huffman"),
        objectives=True,
        sender=lambda model, coding: SegmentCoder(model, coding.coder, coding.search),
        receiver=SegmentCoder,
    )


def _sequence() -> Kind:
    from gan_audio_compression.codec.sequence.coder import SequenceCoder
    from gan_audio_compression.codec.sequence.model import SequenceModel

    return Kind(
        SequenceModel,
        ("arithmetic",),
        objectives=False,
        sender=lambda model, coding: SequenceCoder(model, coding.search),
        receiver=lambda model, coder: SequenceCoder(model),
    )


KINDS: Mapping[str, Callable[[], Kind]] = {"segment": _segment, "sequence": _sequence}
"""Each by its name in files; called, it imports what it needs: the segment codec needs PyTorch."""


def sending_coder(model: TrainedCodec, coding: Coding) -> ChunkCoder:
    """Return what codes chunks for a sender.

    Raises:
        SearchError: the model has no such entropy coder, or one objective alone.
    """
    kind = KINDS[model.kind]()
    if coding.coder not in kind.coders:
        raise SearchError(
            f"this model has no {coding.coder} coder; take one of {', '.join(kind.coders)}."
        )
    if coding.search.objective is not None and not kind.objectives:
        raise SearchError(
            f"a {model.kind} model has an objective of its own;"
            f" leave {coding.search.objective} out."
        )
    return kind.sender(model, coding)


def receiving_coder(model: TrainedCodec, coder: str) -> ChunkCoder:
    """Return what decodes chunks that were coded by the entropy coder of that name.

    Raises:
        CorruptError: the model has no such entropy coder.
    """
    kind = KINDS[model.kind]()
    if coder not in kind.coders:
        raise CorruptError(
            f"the .gac data claims the {coder} coder, which its model does not have;"
            " get the file again."
        )
    return kind.receiver(model, coder)
