"""The model file, and what its networks do to lengths and precision."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gan_audio_compression.codec.chunk_coder import LogMel
from gan_audio_compression.codec.search.presets import search_config
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.array_networks import ArrayNetworks
from gan_audio_compression.codec.sequence.coder import SequenceCoder
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.quality import QUALITIES, Quality
from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.networks.errors import (
    DamagedModelError,
    ModelFileError,
    NotAModelError,
)
from gan_audio_compression.networks.serialisation import from_file, to_file
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.distortion_weights import DistortionWeights
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.magnitude import mel_to_magnitude
from tests.codecs import without_magnitudes

CHANGES: list[dict[str, Any]] = [
    {"trade": Trade(5.0, 1.0)},
    {"distortion": DistortionWeights(log_mel=1.0, disturbance=0.0)},
]


def drawn(frames: int) -> LogMel:
    return -10 * np.random.default_rng(0).random((frames, 128), np.float32)


def test_a_model_comes_back_from_its_file(sequence_model: SequenceModel) -> None:
    data = sequence_model.to_bytes()
    again = SequenceModel.from_bytes(data)
    assert again.digest == sequence_model.digest
    assert again.to_bytes() == data
    assert again.networks == sequence_model.networks
    assert again.training_digest == "random 0"


def test_a_model_without_a_network_of_magnitudes_has_those_of_the_pseudo_inverse(
    sequence_model: SequenceModel,
) -> None:
    """As the models of older files."""
    plain = without_magnitudes(sequence_model)
    again = SequenceModel.from_bytes(plain.to_bytes())
    assert again.digest == plain.digest != sequence_model.digest
    assert again.magnitude is None
    assert again.magnitudes() is mel_to_magnitude
    assert SequenceModel.from_bytes(sequence_model.to_bytes()).magnitude is not None


def test_another_model_has_another_fingerprint(
    sequence_model: SequenceModel, other_sequence_model: SequenceModel
) -> None:
    assert sequence_model.fingerprint != other_sequence_model.fingerprint


def test_models_of_other_kinds_are_refused(
    sequence_model: SequenceModel, segment_model: SegmentModel
) -> None:
    with pytest.raises(NotAModelError, match="kind 'segment'"):
        SequenceModel.from_bytes(segment_model.to_bytes())
    with pytest.raises(NotAModelError, match="kind 'sequence'"):
        SegmentModel.from_bytes(sequence_model.to_bytes())


def test_a_damaged_file_is_refused(sequence_model: SequenceModel) -> None:
    data = bytearray(sequence_model.to_bytes())
    data[-1] ^= 1
    with pytest.raises(ModelFileError):
        SequenceModel.from_bytes(bytes(data))
    with pytest.raises(ModelFileError):
        SequenceModel.from_bytes(bytes(data[:-5]))


@pytest.mark.parametrize("frames", [1, 3, 4, 5, 126])
def test_any_number_of_frames_goes_through(sequence_model: SequenceModel, frames: int) -> None:
    log_mel = drawn(frames)
    symbols = sequence_model.symbols(log_mel, Quality(30))
    assert symbols.shape == (-(-frames // 4), 4)
    generated = sequence_model.decode(symbols, Quality(30), frames, exact=True)
    assert generated.shape == (frames, 128)
    assert generated.dtype == np.float64
    assert (generated >= -10 - 1e-6).all()
    for_sender = sequence_model.decode(symbols, Quality(30), frames)
    assert for_sender.dtype == np.float32
    np.testing.assert_allclose(for_sender, generated, atol=1e-3)


def test_numpy_and_pytorch_compute_the_same(sequence_model: SequenceModel) -> None:
    log_mel, quality = drawn(40), Quality(30)
    arrays, tensors = ArrayNetworks(sequence_model.weights), sequence_model.tensors
    latents = [networks.latents(to_loudness(log_mel), quality) for networks in (arrays, tensors)]
    np.testing.assert_allclose(latents[0], latents[1], atol=1e-5, rtol=1e-5)
    symbols = np.round(latents[0])
    for exact, tolerance in ((True, 1e-12), (False, 1e-5)):
        loudness = [one.loudness(symbols, quality, exact) for one in (arrays, tensors)]
        np.testing.assert_allclose(loudness[0], loudness[1], atol=tolerance, rtol=tolerance)


def test_the_quality_changes_what_is_sent_and_made(sequence_model: SequenceModel) -> None:
    log_mel = drawn(40)
    lowest, highest = Quality(0), Quality(QUALITIES - 1)
    coarse, fine = (sequence_model.symbols(log_mel, q) for q in (lowest, highest))
    assert not np.array_equal(coarse, fine)
    decoded = [sequence_model.decode(coarse, q, 40) for q in (lowest, highest)]
    assert not np.array_equal(decoded[0], decoded[1])


@pytest.mark.parametrize("changes", CHANGES)
def test_settings_stand_in_the_file_and_leave_the_digest(
    sequence_model: SequenceModel, changes: dict[str, Any]
) -> None:
    other = replace(sequence_model, **changes)
    again = SequenceModel.from_bytes(other.to_bytes())
    assert (again.trade, again.distortion) == (other.trade, other.distortion)
    assert (again.trade, again.distortion) != (Trade(), DistortionWeights())
    assert again.digest == sequence_model.digest
    assert other.to("cpu").settings == again.settings == other.settings


@pytest.mark.parametrize("changes", CHANGES)
def test_a_search_keeps_to_the_settings(
    sequence_model: SequenceModel, make_speech: Any, changes: dict[str, Any]
) -> None:
    log_mel = log_mel_spectrogram(make_speech(16_000, 3))
    again = SequenceModel.from_bytes(replace(sequence_model, **changes).to_bytes())
    search = search_config("annealing", 4)
    found, other = (
        SequenceCoder(model, search).encode(log_mel, None) for model in (sequence_model, again)
    )
    assert found is not None and other is not None
    assert found.start_objective != pytest.approx(other.start_objective, rel=0.01)
    assert not np.array_equal(found.symbols, other.symbols)


@pytest.mark.parametrize(
    "settings",
    [
        {"trade": {"lowest_quality": 0.1, "highest_quality": 0.2}},
        {"trade": {"lowest": 0.5}},
        {"distortion": {"disturbance": -1.0}},
        {"distortion": [0.02, 0.05]},
    ],
    ids=str,
)
def test_impossible_settings_are_refused(
    sequence_model: SequenceModel, settings: dict[str, Any]
) -> None:
    metadata, tensors = from_file(sequence_model.to_bytes(), "sequence")
    with pytest.raises(DamagedModelError, match="download it again, or train it again"):
        SequenceModel.from_bytes(to_file(replace(metadata, settings=settings), tensors))
