"""Records in lots: the first at once, none that waits long, few for much work."""

from gan_audio_compression.pipelines.record_lots import RecordLots


def lots_of(seconds: list[float]) -> list[list[int]]:
    """Return the numbers of the records of each lot, the last of which nothing asked for."""
    lots, taken = RecordLots(), []
    for number, each in enumerate(seconds):
        lots.add({"number": number, "compute_seconds": each})
        if lots.is_due:
            taken.append(lots.take())
    return [[record["number"] for record in lot] for lot in (*taken, lots.take())]


def test_the_first_record_does_not_wait() -> None:
    assert lots_of([0.0, 0.0, 0.0]) == [[0], [1, 2]]


def test_two_seconds_of_work_wait_at_most() -> None:
    assert lots_of([0.7] * 8) == [[0], [1, 2, 3], [4, 5, 6], [7]]
    assert lots_of([60.0, 3.0, 1.0]) == [[0], [1], [2]]


def test_much_work_is_in_few_lots_of_a_fiftieth_each() -> None:
    sizes = [len(lot) for lot in lots_of([1.0] * 100_000)]
    assert sum(sizes) == 100_000
    assert len(sizes) < 500
    assert max(sizes) <= 100_000 / 50


def test_nothing_is_never_due() -> None:
    assert not RecordLots().is_due
