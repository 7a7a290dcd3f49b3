"""A bench of two codecs, its systems and measures, and the parameters of evaluation."""

import pytest

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.measures import MeasureParameters
from tests.pipelines.toys import TOY_MEASURE, toy_entry

OWN = "gan_audio_compression.evaluation"


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench.model_validate({"bpgan": toy_entry("BPGAN"), "opus_9k": toy_entry("Opus 9k")})


@pytest.fixture(scope="session")
def measures() -> MeasureParameters:
    """The two scores of narrow-band PESQ, STOI, ESTOI and a toy."""
    return MeasureParameters.model_validate(
        [
            {"type": f"{OWN}.pesq_measures.NarrowBandPesq"},
            {"type": f"{OWN}.intelligibility.Stoi"},
            {"type": f"{OWN}.intelligibility.Stoi", "extended": True},
            TOY_MEASURE,
        ]
    )


@pytest.fixture(scope="session")
def parameters() -> EvaluationParameters:
    return EvaluationParameters(
        seed=0, examples=1, reference="bpgan", spectrograms=("bpgan",), closing=()
    )
