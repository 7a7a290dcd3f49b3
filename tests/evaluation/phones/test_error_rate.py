import pytest

from gan_audio_compression.evaluation.phones.error_rate import phone_errors


@pytest.mark.parametrize(
    ("reference", "recognised", "errors"),
    [
        ("sil k ae t sil", "sil k ae t sil", 0),
        ("sil k ae t sil", "sil k eh t sil", 1),
        ("sil k ae t sil", "sil ae t sil", 1),
        ("sil k ae t sil", "sil k ae s t sil", 1),
        ("sil k ae t sil", "k ae t s sil", 2),
        ("sil k ae t sil", "", 5),
        ("", "sil k", 2),
        ("aa b", "b aa", 2),
        ("ah", "aa hh", 2),
        ("", "", 0),
    ],
)
def test_errors_are_the_fewest_edits_of_whole_phones(
    reference: str, recognised: str, errors: int
) -> None:
    assert phone_errors(reference.split(), recognised.split()) == errors
    assert phone_errors(recognised.split(), reference.split()) == errors
