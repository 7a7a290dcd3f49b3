"""What is heard in a wave is worked out once: an original is scored beside every codec."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

from cachetools import LRUCache, cached

from gan_audio_compression.evaluation.measure import Wave

# Results alone are kept, by the digests of their waves.
_MOST = 4096

_Function = TypeVar("_Function", bound=Callable[..., Any])


def heard_once(function: _Function) -> _Function:
    """Decorate a function of a wave [n], and of what else can be hashed, to remember results."""
    return cast(_Function, cached(LRUCache(_MOST), key=_key)(function))


def _key(wave: Wave, *others: Any) -> tuple[Any, ...]:
    return hashlib.sha256(wave.tobytes()).digest(), *others
