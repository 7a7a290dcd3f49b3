"""Which table codes what."""

import numpy as np

from gan_audio_compression.bench.transform.contexts import (
    CLASSES,
    STEPS_PER_OCTAVE,
    TABLES,
    UNCODED,
    Activity,
    classes_at,
)

SPREAD = np.arange(-400, 700, 7, dtype=np.int16)


def test_the_ratio_to_the_step_alone_decides_the_class() -> None:
    octave = (SPREAD + STEPS_PER_OCTAVE).astype(np.int16)
    np.testing.assert_array_equal(classes_at(SPREAD, 50), classes_at(octave, 82))


def test_classes_rise_with_the_spread_and_end_at_both_sides() -> None:
    classes = classes_at(SPREAD, 100)
    assert classes[0] == UNCODED and classes[-1] == CLASSES - 1
    assert (np.diff(classes) >= 0).all()
    assert set(classes) == set(range(UNCODED, CLASSES))


def test_contexts_are_tables_or_negative() -> None:
    activity = Activity(3, 4)
    activity.add(np.full((3, 4), 100, np.int32))
    contexts = activity.contexts(np.array([UNCODED, 0, 5, CLASSES - 1], np.int32))
    assert (contexts[:, 0] < 0).all()
    assert (contexts[:, 1:] >= 0).all() and contexts.max() == TABLES - 1


def test_large_neighbours_raise_the_context_and_are_forgotten() -> None:
    classes = np.zeros(5, np.int32)
    activity = Activity(5, 5)
    symbols = np.zeros((5, 5), np.int32)
    symbols[2, 2] = -3
    activity.add(symbols)
    raised = activity.contexts(classes)
    assert raised[2, 2] > raised[2, 1] == raised[1, 2] > 0
    assert raised[0].tolist() == [0] * 5
    for _ in range(12):
        activity.add(np.zeros((5, 5), np.int32))
    assert not activity.contexts(classes).any()
