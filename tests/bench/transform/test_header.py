"""The fields of a file, and files that are none."""

import pytest

from gan_audio_compression.bench.codec import CodecFailedError
from gan_audio_compression.bench.transform.header import HEADER_BYTES, MOST_SAMPLES, Header
from gan_audio_compression.bench.transform.model import TransformModel

PAYLOAD = bytes(range(40))
HEADER = Header(step_index=120, level_code=52, samples=48_000)


@pytest.mark.parametrize("header", [HEADER, Header(0, 0, 1), Header(255, 255, MOST_SAMPLES)])
def test_there_and_back(model: TransformModel, header: Header) -> None:
    data = header.file(model, PAYLOAD)
    assert len(data) == HEADER_BYTES + len(PAYLOAD)
    assert Header.split(data, model) == (header, PAYLOAD)


@pytest.mark.parametrize("data", [b"", b"KLT", b"OggS" + bytes(60), b"KLT2" + bytes(60)])
def test_other_data_is_refused(model: TransformModel, data: bytes) -> None:
    with pytest.raises(CodecFailedError, match=r"does not start as a \.klt file"):
        Header.split(data, model)


@pytest.mark.parametrize("size", [4, 12])
def test_a_header_cut_short_is_refused(model: TransformModel, size: int) -> None:
    with pytest.raises(CodecFailedError, match=f"of {size} bytes ends within its header"):
        Header.split(HEADER.file(model, PAYLOAD)[:size], model)


def test_another_model_is_named(model: TransformModel) -> None:
    data = bytearray(HEADER.file(model, PAYLOAD))
    data[4] ^= 1
    with pytest.raises(CodecFailedError, match=f"this is model {model.digest[:4]}"):
        Header.split(bytes(data), model)


@pytest.mark.parametrize("place", [6, 7, 8, 9, 10, 12, 13, -1])
def test_a_changed_byte_is_seen(model: TransformModel, place: int) -> None:
    data = bytearray(HEADER.file(model, PAYLOAD))
    data[place] ^= 16
    with pytest.raises(CodecFailedError, match="damaged or cut short"):
        Header.split(bytes(data), model)


@pytest.mark.parametrize("samples", [0, MOST_SAMPLES + 1])
def test_a_number_of_samples_that_no_file_has_is_refused(
    model: TransformModel, samples: int
) -> None:
    data = Header(120, 52, samples).file(model, PAYLOAD)
    with pytest.raises(CodecFailedError, match="damaged or cut short"):
        Header.split(data, model)


def test_a_missing_end_is_seen(model: TransformModel) -> None:
    data = HEADER.file(model, PAYLOAD)
    with pytest.raises(CodecFailedError, match="damaged or cut short"):
        Header.split(data[:-4], model)
