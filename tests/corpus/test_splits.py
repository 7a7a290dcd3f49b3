import math
import random
from collections import Counter, defaultdict

import pytest

from gan_audio_compression.corpus.entry import CorpusEntry
from gan_audio_compression.corpus.errors import CorpusError
from gan_audio_compression.corpus.splits import SplitUnit, assign_splits


def speech(speakers: int, split: str | None = None, prefix: str = "s") -> list[CorpusEntry]:
    """Four utterances of each speaker."""
    return [
        CorpusEntry(f"{prefix}{s}_{u}", f"{prefix}{s}/{u}.wav", f"{prefix}{s}", split=split)
        for s in range(speakers)
        for u in range(4)
    ]


def assign(
    entries: list[CorpusEntry],
    by: SplitUnit = "speaker",
    validation: float = 0.1,
    test: float = 0.2,
    seed: int = 1,
) -> list[CorpusEntry]:
    return assign_splits(
        entries, by=by, validation_fraction=validation, test_fraction=test, seed=seed
    )


def splits_of_speakers(entries: list[CorpusEntry]) -> dict[str, set[str | None]]:
    splits = defaultdict(set)
    for entry in entries:
        splits[entry.speaker].add(entry.split)
    return splits


def speakers_in(entries: list[CorpusEntry], split: str) -> int:
    return len({entry.speaker for entry in entries if entry.split == split})


def test_nothing_stated_draws_all_three_splits_of_whole_speakers() -> None:
    drawn = assign(speech(20))
    assert [speakers_in(drawn, split) for split in ("train", "validation", "test")] == [14, 2, 4]
    assert all(len(splits) == 1 for splits in splits_of_speakers(drawn).values())


def test_draw_depends_on_the_seed_but_not_on_the_order() -> None:
    entries = speech(20)
    shuffled = random.Random(0).sample(entries, len(entries))
    drawn = assign(entries)
    assert [entry.id for entry in drawn] == [entry.id for entry in entries]
    assert set(drawn) == set(assign(shuffled))
    assert set(drawn) != set(assign(entries, seed=2))


def test_by_utterance_draws_shares_of_the_utterances() -> None:
    drawn = assign(speech(10), by="utterance")
    assert Counter(entry.split for entry in drawn) == {"train": 28, "validation": 4, "test": 8}
    assert any(len(splits) > 1 for splits in splits_of_speakers(drawn).values())


@pytest.mark.parametrize("fraction", [0.01, 0.49])
@pytest.mark.parametrize("speakers", [3, 4, 5, 7])
def test_few_speakers_still_fill_every_split(speakers: int, fraction: float) -> None:
    drawn = assign(speech(speakers), validation=fraction, test=fraction)
    assert {entry.split for entry in drawn} == {"train", "validation", "test"}


def test_fraction_of_zero_draws_nothing() -> None:
    assert {entry.split for entry in assign(speech(5), validation=0, test=0)} == {"train"}


def test_stated_splits_are_kept_and_validation_comes_from_train_speakers() -> None:
    stated = speech(8, "train") + speech(4, "test", prefix="t")
    drawn = assign(stated, validation=0.25, test=0.7)
    kept = [entry for entry in drawn if entry.split != "validation"]
    assert set(kept) <= set(stated)
    assert [speakers_in(drawn, split) for split in ("train", "validation", "test")] == [6, 2, 4]
    assert all(len(splits) == 1 for splits in splits_of_speakers(drawn).values())


def test_two_train_speakers_give_one_to_validation_and_a_single_one_stays() -> None:
    assert speakers_in(assign(speech(2, "train"), validation=0.01), "validation") == 1
    assert speakers_in(assign(speech(1, "train"), validation=0.9, test=0), "validation") == 0


def test_stated_validation_is_not_added_to() -> None:
    stated = speech(8, "train") + speech(1, "validation", prefix="v")
    assert assign(stated) == stated


def test_noise_is_drawn_into_no_split() -> None:
    noise = speech(3, "noise", prefix="n")
    drawn = assign([*noise, *speech(20)])
    assert drawn[: len(noise)] == noise
    assert drawn[len(noise) :] == assign(speech(20))


def test_utterance_without_a_split_joins_train_or_its_own_speaker() -> None:
    stated = speech(1, "test", prefix="t") + speech(1, "validation", prefix="v")
    extra = CorpusEntry("t0_x", "t0/x.wav", "t0")
    drawn = {entry.id: entry.split for entry in assign([*stated, extra, *speech(1)])}
    assert drawn["s0_0"] == "train"
    assert drawn["t0_x"] == "test"
    by_utterance = assign([*stated, extra], by="utterance")
    assert by_utterance[-1].split == "train"


@pytest.mark.parametrize("speakers", [1, 2])
def test_too_few_speakers_to_draw_from_are_refused(speakers: int) -> None:
    with pytest.raises(CorpusError, match="split by utterance"):
        assign(speech(speakers))
    assert {e.split for e in assign(speech(speakers), by="utterance")} == {
        "train",
        "validation",
        "test",
    }


def test_speaker_stated_in_two_splits_is_refused_by_speaker_and_kept_by_utterance() -> None:
    stated = [
        CorpusEntry("a", "a.wav", "ann", split="train"),
        CorpusEntry("b", "b.wav", "ann", split="validation"),
    ]
    with pytest.raises(CorpusError, match="'ann' in both train and validation"):
        assign(stated)
    assert assign(stated, by="utterance") == stated


@pytest.mark.parametrize(("validation", "test"), [(-0.1, 0.2), (0.5, 0.5), (math.nan, 0.1)])
def test_fractions_that_leave_no_training_data_are_refused(validation: float, test: float) -> None:
    with pytest.raises(CorpusError, match="fractions"):
        assign(speech(5), validation=validation, test=test)


def test_empty_corpus_has_empty_splits() -> None:
    assert assign([]) == []
