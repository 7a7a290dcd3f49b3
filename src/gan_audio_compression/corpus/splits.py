"""Divides the utterances of a corpus into train, validation and test."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from gan_audio_compression.corpus.entry import SURROUNDINGS, CorpusEntry
from gan_audio_compression.corpus.errors import CorpusError

SplitUnit = Literal["speaker", "utterance"]


def assign_splits(
    entries: Sequence[CorpusEntry],
    *,
    by: SplitUnit,
    validation_fraction: float,
    test_fraction: float,
    seed: int,
) -> list[CorpusEntry]:
    """Give every utterance a split; the order of the entries stays.

    What the corpus states is kept, and what is no speech stays out of all draws. Where it states
    something, an utterance without a split joins its speaker's split (by speaker) or train,
    validation is drawn from train if there is none, and test is never drawn. Where it states
    nothing, both are drawn. The draw depends on the seed and the names alone, not on the order of
    the entries.

    Args:
        entries: the utterances of one corpus.
        by: what is drawn; by speaker, no speaker is in two splits.
        validation_fraction: share of the speakers or utterances drawn from, at least one unless 0.
        test_fraction: the same for test.
        seed: of the draw.

    Raises:
        CorpusError: when the fractions leave no training data, there are fewer than three
            speakers or utterances to draw the splits from, or, by speaker, the corpus itself
            states two splits for one speaker.
    """
    _check_fractions(validation_fraction, test_fraction)
    unit = _UNITS[by]
    speech = [entry for entry in entries if entry.split not in SURROUNDINGS]
    units = {unit(entry) for entry in speech}
    stated = _stated_splits(speech, unit)
    if units and not stated:
        _check_enough(len(units), by)

    splits = {name: stated.get(name, "train") for name in units}
    pool = sorted((name for name in units if splits[name] == "train"), key=_draw_order(seed))
    test = 0 if stated else min(_count(test_fraction, len(pool)), len(pool) - 2)
    drawn = 0 if "validation" in stated.values() else _count(validation_fraction, len(pool))
    splits |= dict.fromkeys(pool[:test], "test")
    # The last of the pool always stays in train.
    splits |= dict.fromkeys(pool[test:-1][:drawn], "validation")
    placed = {entry: replace(entry, split=splits[unit(entry)]) for entry in speech}
    return [placed.get(entry, entry) for entry in entries]


def _speaker(entry: CorpusEntry) -> str:
    return entry.speaker


def _utterance(entry: CorpusEntry) -> str:
    return entry.id


_UNITS: dict[SplitUnit, Callable[[CorpusEntry], str]] = {
    "speaker": _speaker,
    "utterance": _utterance,
}


def _stated_splits(
    entries: Sequence[CorpusEntry], unit: Callable[[CorpusEntry], str]
) -> dict[str, str]:
    """The split that the corpus states, by speaker or utterance."""
    stated: dict[str, str] = {}
    for entry in entries:
        if entry.split is None:
            continue
        known = stated.setdefault(unit(entry), entry.split)
        if known != entry.split:
            raise CorpusError(
                f"The corpus puts speaker {entry.speaker!r} in both {known} and {entry.split}; "
                "mend its splits or split by utterance."
            )
    return stated


def _draw_order(seed: int) -> Callable[[str], bytes]:
    """A sort key that shuffles names; a name's place does not hang on which others there are."""
    return lambda name: hashlib.sha256(f"{seed}/{name}".encode("utf-8", "surrogateescape")).digest()


def _count(fraction: float, total: int) -> int:
    return max(1, round(fraction * total)) if fraction > 0 else 0


def _check_fractions(validation: float, test: float) -> None:
    if not (validation >= 0 and test >= 0 and validation + test < 1):
        raise CorpusError(
            f"The fractions {validation} for validation and {test} for test are not usable; "
            "choose two that are not negative and add up to less than 1."
        )


def _check_enough(count: int, by: SplitUnit) -> None:
    if count < 3:
        remedy = "split by utterance instead" if by == "speaker" else "add some"
        raise CorpusError(
            f"The corpus states no splits and has only {count} {by}(s), too few to draw train, "
            f"validation and test from; {remedy}."
        )
