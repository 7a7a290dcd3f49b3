"""Packets with the ones after them, for a receiver that waits for these."""

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise


def with_following(
    packets: Iterable[bytes | None], waits: bool
) -> Iterator[tuple[bytes | None, bytes | None]]:
    """Yield each packet as soon as it can be pushed, with the one after it.

    Args:
        packets: of a stream, None where one is lost.
        waits: whether each waits until the one after it is there; else None stands for that.
    """
    if waits:
        return pairwise(chain(packets, [None]))
    return ((packet, None) for packet in packets)
