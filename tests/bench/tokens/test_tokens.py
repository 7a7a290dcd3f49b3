"""Codecs of code words: what each word costs, that files hold them, what is missing or damaged.

The networks are small and know nothing, so that nothing is downloaded; all else is as it is with
the weights of their authors.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.bench.codec import CodecFailedError, CodecMissingError
from gan_audio_compression.bench.tokens.codec import TokenCodec, _packed, _unpacked
from gan_audio_compression.bench.tokens.hub import HubCodec
from gan_audio_compression.bench.tokens.snac import SnacCodec

transformers = pytest.importorskip("transformers")
snac = pytest.importorskip("snac")

Wave = NDArray[np.float32]


def save_encodec(folder: Path) -> None:
    config = transformers.EncodecConfig(num_filters=4, hidden_size=16, codebook_dim=16)
    transformers.EncodecModel(config).save_pretrained(folder)


def save_dac(folder: Path) -> None:
    config = transformers.DacConfig(
        encoder_hidden_size=8,
        decoder_hidden_size=64,
        downsampling_ratios=[2, 4, 5, 8],
        upsampling_ratios=[8, 5, 4, 2],
        n_codebooks=12,
        sampling_rate=16_000,
    )
    transformers.DacModel(config).save_pretrained(folder)


def save_mimi(folder: Path) -> None:
    config = transformers.MimiConfig(
        hidden_size=32,
        num_filters=4,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=16,
        intermediate_size=32,
        codebook_dim=16,
        vector_quantization_hidden_dimension=16,
        upsample_groups=32,
    )
    transformers.MimiModel(config).save_pretrained(folder)


def save_snac(folder: Path) -> None:
    config = {
        "sampling_rate": 24_000,
        "encoder_dim": 8,
        "encoder_rates": [2, 4, 8, 8],
        "decoder_dim": 32,
        "decoder_rates": [8, 8, 4, 2],
        "attn_window_size": None,
        "codebook_size": 4096,
        "codebook_dim": 8,
        "vq_strides": [4, 2, 1],
    }
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    torch.save(snac.SNAC(**config).state_dict(), folder / "pytorch_model.bin")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of each codec."""
    root = tmp_path_factory.mktemp("weights")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for name, save in {
            "encodec": save_encodec,
            "dac": save_dac,
            "mimi": save_mimi,
            "snac": save_snac,
        }.items():
            save(root / name)
    return root


Open = Callable[[Path], TokenCodec]
CODECS: dict[str, tuple[Open, float]] = {
    # What a second costs, in bits.
    "encodec": (lambda root: HubCodec("facebook/encodec_24khz", f"{root}/encodec", 2), 1500),
    "dac": (lambda root: HubCodec("descript/dac_16khz", f"{root}/dac", 4), 2000),
    "mimi": (lambda root: HubCodec("kyutai/mimi", f"{root}/mimi", 8), 1100),
    "snac": (lambda root: SnacCodec("hubertsiuzdak/snac_24khz", f"{root}/snac"), 984.4),
}


@pytest.mark.parametrize("name", CODECS)
def test_a_file_is_its_words_and_they_come_back(
    name: str, weights: Path, make_speech: Callable[[int, int], Wave]
) -> None:
    make, bits_a_second = CODECS[name]
    speech = make_speech(48_000, 0)
    codec = make(weights)
    coded = codec.encode(speech)
    # A last frame is whole: of SNAC's and Mimi's, 80 ms.
    assert 3 * bits_a_second - 30 <= coded.payload_bits <= 3.09 * bits_a_second
    assert len(coded.data) == -(-coded.payload_bits // 8)
    decoded = codec.decode(coded.data).speech
    assert abs(len(decoded) - len(speech)) < 0.09 * 16_000
    assert decoded.dtype == np.float32 and np.isfinite(decoded).all()
    assert np.array_equal(make(weights).decode(coded.data).speech, decoded)


@pytest.mark.parametrize("name", CODECS)
def test_what_is_decoded_is_what_the_network_makes_of_its_own_words(
    name: str, weights: Path, make_speech: Callable[[int, int], Wave]
) -> None:
    """No word is lost, and none is out of its place, on the way through a file."""
    codec = CODECS[name][0](weights)
    network = codec._network()
    samples = torch.from_numpy(make_speech(32_000, 1))[None, None]
    with torch.inference_mode():
        words = codec._words(network, samples)
    bits = codec._bits(network)
    assert words.min() >= 0 and words.max() < 2**bits
    assert np.array_equal(_unpacked(_packed(words, bits), words.shape[1], bits), words)
    if name == "snac":
        with torch.inference_mode(), torch.random.fork_rng():
            torch.manual_seed(0)
            direct = network.decode(network.encode(samples))
            ours = codec._samples(network, torch.from_numpy(words))
        assert torch.equal(direct, ours)


@pytest.mark.parametrize("bits", [1, 10, 11, 12])
@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (50, 8)])
def test_words_of_any_size_come_back(bits: int, shape: tuple[int, int]) -> None:
    words = np.random.default_rng(0).integers(2**bits, size=shape)
    data = _packed(words, bits)
    if shape[1] * bits < 8 and shape[0] * shape[1] * bits % 8:
        return
    assert np.array_equal(_unpacked(data, shape[1], bits), words)


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("data", [b"", b"\0"])
def test_a_file_that_is_not_whole_is_refused(name: str, data: bytes, weights: Path) -> None:
    with pytest.raises(CodecFailedError, match="no whole frames"):
        CODECS[name][0](weights).decode(data)


@pytest.mark.parametrize("name", CODECS)
def test_weights_that_are_not_there_are_named_with_where_to_get_them(
    name: str, tmp_path: Path
) -> None:
    codec = CODECS[name][0](tmp_path)
    for use in (
        codec.version,
        lambda: codec.recipe,
        lambda: codec.encode(np.ones(320, np.float32)),
    ):
        with pytest.raises(CodecMissingError, match=r"hf download .*/.* --local-dir"):
            use()


@pytest.mark.parametrize("name", CODECS)
def test_a_package_that_is_not_installed_is_named(
    name: str, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = CODECS[name][0](weights)
    monkeypatch.setitem(sys.modules, codec.package, None)
    with pytest.raises(CodecMissingError, match=f"{codec.package} is not installed"):
        codec.version()


def test_other_weights_are_another_recipe(weights: Path, tmp_path: Path) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        save_dac(tmp_path / "dac")
    first, second = (CODECS["dac"][0](root).recipe for root in (weights, tmp_path))
    assert first["weights"] != second["weights"]


def test_a_rate_that_encodec_has_not_is_refused(weights: Path) -> None:
    codec = HubCodec("facebook/encodec_24khz", f"{weights}/encodec", 3)
    with pytest.raises(CodecFailedError, match=r"no 2\.25 kbit/s"):
        codec.encode(np.ones(16_000, np.float32))


def test_more_codebooks_than_there_are_are_refused(weights: Path) -> None:
    codec = HubCodec("descript/dac_16khz", f"{weights}/dac", 40)
    with pytest.raises(CodecFailedError, match="sends 12 codebooks"):
        codec.encode(np.ones(16_000, np.float32))


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    config = transformers.BertConfig(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=1, vocab_size=9
    )
    transformers.BertModel(config).save_pretrained(tmp_path)
    with pytest.raises(CodecFailedError, match="type bert"):
        HubCodec("x/y", str(tmp_path), 1).encode(np.ones(16_000, np.float32))
