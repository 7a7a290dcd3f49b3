"""The choice of utterances: seeded, and fair to sexes and speakers."""

from collections import Counter

import pandas as pd
import pytest

from gan_audio_compression.listening.choice import choose_utterances


def corpus(**speakers: tuple[str | None, int]) -> pd.DataFrame:
    rows = [
        {"id": f"{speaker}_{number}", "speaker": speaker, "sex": sex, "seconds": 3.0}
        for speaker, (sex, count) in speakers.items()
        for number in range(count)
    ]
    return pd.DataFrame(rows)


CORPUS = corpus(ann=("F", 8), bea=("F", 8), cat=("F", 8), dan=("M", 8), eve=("F", 8))


def chosen(count: int, seed: int = 0, longest: float = 12) -> list[str]:
    return choose_utterances(CORPUS, count, longest=longest, seed=seed)


def speakers(ids: list[str]) -> Counter[str]:
    return Counter(id.partition("_")[0] for id in ids)


@pytest.mark.parametrize("seed", range(5))
def test_sexes_take_turns_and_speakers_within_them(seed: int) -> None:
    counts = speakers(chosen(8, seed))
    assert counts["dan"] == 4
    assert sorted(counts.values()) == [1, 1, 1, 1, 4]


def test_where_one_sex_has_no_more_the_other_goes_on() -> None:
    ids = chosen(40)
    assert len(set(ids)) == 40
    assert chosen(99) == ids


def test_the_seed_decides_and_the_order_of_the_rows_does_not() -> None:
    shuffled = CORPUS.sample(frac=1, random_state=1)
    assert choose_utterances(shuffled, 10, longest=12, seed=3) == chosen(10, seed=3)
    assert len({tuple(chosen(10, seed)) for seed in range(20)}) == 20


def test_longer_ones_are_left_out() -> None:
    table = CORPUS.assign(seconds=[2.0, 13.0] * 20)
    ids = choose_utterances(table, 99, longest=12, seed=0)
    assert len(ids) == 20 and all(int(id[-1]) % 2 == 0 for id in ids)


def test_speakers_of_unknown_sex_count_as_a_sex_of_their_own() -> None:
    table = corpus(ann=("F", 4), una=(None, 4))
    assert speakers(choose_utterances(table, 4, longest=12, seed=0)) == {"ann": 2, "una": 2}
