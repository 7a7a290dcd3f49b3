"""The description of a small listening test."""

from gan_audio_compression.listening.description import (
    Condition,
    ListeningTest,
    Stimulus,
    Trial,
)


def small_listening_test() -> ListeningTest:
    """A listening test of two sentences, u1 and u2, and one codec."""
    training, *trials = (two_stimuli(number) for number in range(3))
    return ListeningTest(
        title="Test",
        seed=0,
        corpus_digest="c",
        sample_rate=16_000,
        loudness_lufs=-23,
        conditions=(
            Condition(key="original", label="Original", role="hidden_reference"),
            Condition(key="bpgan", label="BPGAN", role="codec"),
        ),
        absent=(),
        training=training,
        trials=tuple(trials),
    )


def two_stimuli(number: int) -> Trial:
    stimuli = tuple(
        Stimulus(
            token=f"{number:08x}{place:08x}",
            condition=key,
            sha256="0" * 64,
            source_sha256="1" * 64,
            gain_db=0.0,
        )
        for place, key in enumerate(("original", "bpgan"))
    )
    return Trial(id=f"u{number}", speaker="s", sex=None, seconds=1.0, stimuli=stimuli)
