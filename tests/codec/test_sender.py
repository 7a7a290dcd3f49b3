"""What stands in a file, and what it costs."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.container import read_container
from gan_audio_compression.codec.latent import column_contexts, to_columns
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.run import search
from gan_audio_compression.codec.sender import CHUNK_COLUMNS, encode_speech
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.signal.analysis import log_mel_spectrogram

ENCODER_ONLY = SearchConfig("encoder_only")
BACK_PROPAGATION = SearchConfig("back_propagation", iterations=3, step=20.0)
CODERS = ["arithmetic", "huffman"]
LEVELS = 8


def test_a_file_says_what_the_receiver_must_know(codec_model: CodecModel, make_speech: Any) -> None:
    encoded = encode_speech(codec_model, make_speech(5000, 0), 97, ENCODER_ONLY, "huffman")
    header, payloads = read_container(encoded.data)
    assert header.fingerprint == bytes.fromhex(codec_model.digest[:8])
    assert (header.sample_rate, header.samples, header.level_code) == (16_000, 5000, 97)
    assert header.coder == "huffman"
    assert encoded.payload_bits == 8 * len(payloads[0])


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("samples", [1, 100, 16_000, 40_000])
def test_a_file_holds_the_symbols_of_the_search(
    codec_model: CodecModel, make_speech: Any, samples: int, coder: str
) -> None:
    speech = make_speech(samples, 1)
    encoded = encode_speech(codec_model, speech, 0, BACK_PROPAGATION, coder)
    log_mel = log_mel_spectrogram(torch.from_numpy(speech))
    sent = to_columns(search(codec_model, log_mel, BACK_PROPAGATION).symbols, len(log_mel))
    _, (payload,) = read_container(encoded.data)
    contexts = column_contexts(*sent.shape)
    held = make_coder(coder, codec_model.tables).decode(payload, contexts)
    assert np.array_equal(held, sent.ravel())


def test_long_speech_is_cut_into_chunks_that_decode_alone(
    codec_model: CodecModel, make_speech: Any
) -> None:
    speech = make_speech(20 * 16_000, 2)
    encoded = encode_speech(codec_model, speech, 0, ENCODER_ONLY, "arithmetic")
    _, payloads = read_container(encoded.data)
    log_mel = log_mel_spectrogram(torch.from_numpy(speech))
    columns = to_columns(search(codec_model, log_mel, ENCODER_ONLY).symbols, len(log_mel))
    # 2501 frames are 157 columns.
    sizes = [CHUNK_COLUMNS, 157 - CHUNK_COLUMNS]
    assert len(payloads) == 2
    coder = make_coder("arithmetic", codec_model.tables)
    chunks = [
        coder.decode(payload, column_contexts(size, 64))
        for payload, size in zip(payloads, sizes, strict=True)
    ]
    assert np.array_equal(np.concatenate(chunks), columns.ravel())


@pytest.fixture(scope="module")
def fitted_model(codec_model: CodecModel, make_speech: Any) -> CodecModel:
    """The codec with the tables of what it is about to send."""
    speech = torch.from_numpy(make_speech(32_000, 0))
    log_mel = log_mel_spectrogram(speech)
    columns = to_columns(search(codec_model, log_mel, ENCODER_ONLY).symbols, len(log_mel))
    contexts = column_contexts(*columns.shape)
    return replace(codec_model, tables=LevelTables.fit(columns.ravel(), contexts, 64, LEVELS))


@pytest.mark.parametrize("seconds", [1, 3, 12])
def test_arithmetic_coding_costs_what_the_tables_say(
    codec_model: CodecModel, make_speech: Any, seconds: int
) -> None:
    speech = make_speech(seconds * 16_000, seconds)
    encoded = encode_speech(codec_model, speech, 0, ENCODER_ONLY, "arithmetic")
    assert encoded.payload_bits == pytest.approx(encoded.ideal_bits, rel=0.01, abs=32)


def test_huffman_coding_costs_more(fitted_model: CodecModel, make_speech: Any) -> None:
    speech = make_speech(32_000, 0)
    arithmetic, huffman = (
        encode_speech(fitted_model, speech, 0, ENCODER_ONLY, coder) for coder in CODERS
    )
    assert huffman.ideal_bits == arithmetic.ideal_bits
    assert arithmetic.payload_bits < huffman.payload_bits < 1.25 * arithmetic.payload_bits


def test_tables_that_fit_make_files_short(
    codec_model: CodecModel, fitted_model: CodecModel, make_speech: Any
) -> None:
    speech = make_speech(32_000, 0)
    before, after = (
        encode_speech(model, speech, 0, ENCODER_ONLY, "arithmetic")
        for model in (codec_model, fitted_model)
    )
    assert after.payload_bits < 0.8 * before.payload_bits


def test_the_objective_is_the_mean_over_the_frames(
    codec_model: CodecModel, make_speech: Any
) -> None:
    # 157 frames: one whole segment and 29 frames.
    speech = make_speech(20_000, 4)
    encoded = encode_speech(codec_model, speech, 0, BACK_PROPAGATION, "arithmetic")
    log_mel = log_mel_spectrogram(torch.from_numpy(speech))
    found = search(codec_model, log_mel, BACK_PROPAGATION)
    first, last = found.objective.tolist()
    assert encoded.objective == pytest.approx((128 * first + 29 * last) / 157)
    first, last = found.trace[0].tolist()
    assert encoded.start_objective == pytest.approx((128 * first + 29 * last) / 157)
    assert encoded.objective < encoded.start_objective


def test_the_same_speech_gives_the_same_bytes(codec_model: CodecModel, make_speech: Any) -> None:
    speech = make_speech(20_000, 5)
    copy = CodecModel.from_bytes(codec_model.to_bytes())
    first = encode_speech(codec_model, speech, 3, BACK_PROPAGATION, "arithmetic")
    assert encode_speech(copy, speech, 3, BACK_PROPAGATION, "arithmetic") == first
