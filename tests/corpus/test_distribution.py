import pandas as pd
import pytest

from gan_audio_compression.corpus.distribution import dialect_distribution

# Speakers of the whole TIMIT by region, male and female (LDC93S1).
TIMIT_SPEAKERS = {
    "dr1": (31, 18),
    "dr2": (71, 31),
    "dr3": (79, 23),
    "dr4": (69, 31),
    "dr5": (62, 36),
    "dr6": (30, 16),
    "dr7": (74, 26),
    "dr8": (22, 11),
}


def manifest_of(counts: dict[str, tuple[int, int]], utterances: int = 2) -> pd.DataFrame:
    rows = [
        {"speaker": f"{region}{sex}{number}", "dialect_region": region, "sex": sex}
        for region, by_sex in counts.items()
        for sex, count in zip("MF", by_sex, strict=True)
        for number in range(count)
        for _ in range(utterances)
    ]
    return pd.DataFrame(rows)


def test_whole_timit_gives_table_1_of_the_paper() -> None:
    table = dialect_distribution(manifest_of(TIMIT_SPEAKERS)).set_index("dialect_region")
    # Two cells of the printed table, dr1 female and dr3 male, do not add up to 100 with their
    # neighbours; they are left out.
    male = {"dr1": 63, "dr2": 70, "dr4": 69, "dr5": 63, "dr6": 65, "dr7": 74, "dr8": 67}
    female = {"dr2": 30, "dr3": 23, "dr4": 31, "dr5": 37, "dr6": 35, "dr7": 26, "dr8": 33}
    overall = [8, 16, 16, 16, 16, 7, 16, 5, 100]
    assert table.loc[list(male), "male_percent"].round().to_dict() == male
    assert table.loc[list(female), "female_percent"].round().to_dict() == female
    assert table["overall_percent"].round().tolist() == overall
    assert table.loc["Total", "speakers"] == 630
    assert table.loc["Total", "male_percent"] == pytest.approx(70, abs=0.5)


def test_speakers_are_counted_once_however_much_they_say() -> None:
    manifest = manifest_of({"dr2": (1, 1)})
    chatty = pd.concat([manifest, *[manifest[manifest["sex"] == "M"]] * 5])
    pd.testing.assert_frame_equal(dialect_distribution(chatty), dialect_distribution(manifest))


def test_unknown_sex_counts_in_the_region_alone() -> None:
    manifest = pd.DataFrame(
        {
            "speaker": ["a", "b", "c"],
            "dialect_region": ["dr1", "dr1", None],
            "sex": ["F", None, "M"],
        }
    )
    table = dialect_distribution(manifest)
    assert table.to_dict("records")[0] == {
        "dialect_region": "dr1",
        "speakers": 2,
        "male_percent": 0.0,
        "female_percent": 50.0,
        "overall_percent": 100.0,
    }
    assert table["dialect_region"].tolist() == ["dr1", "Total"]


def test_corpus_without_regions_gives_an_empty_table_of_the_same_columns() -> None:
    manifest = pd.DataFrame({"speaker": ["a"], "dialect_region": [None], "sex": ["F"]})
    table = dialect_distribution(manifest)
    full = dialect_distribution(manifest_of({"dr1": (1, 1)}))
    assert table.empty
    assert table.dtypes.equals(full.dtypes)
