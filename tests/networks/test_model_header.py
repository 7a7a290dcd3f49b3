"""The header of a model file: what it says, and refusal of what no program wrote."""

import json
from io import BytesIO
from typing import Any

import pytest

from gan_audio_compression.networks.errors import (
    DamagedModelError,
    NewerModelError,
    NotAModelError,
    OlderModelError,
    TruncatedModelError,
)
from gan_audio_compression.networks.model_header import (
    FORMAT,
    METADATA_KEY,
    ModelMetadata,
    read_header,
)

METADATA = ModelMetadata(
    "segment", {"width": 16, "norm": "none"}, "0f" * 32, "trained on this", {"trade": {"low": 0.5}}
)
ENTRIES = {
    "levels": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]},
    "padding": {"dtype": "I64", "shape": [2], "data_offsets": [16, 32]},
}


def file_of(header: bytes) -> bytes:
    return len(header).to_bytes(8, "little") + header


def written(values: Any, entries: Any = ENTRIES) -> bytes:
    return file_of(
        json.dumps({"__metadata__": {METADATA_KEY: json.dumps(values)}} | entries).encode()
    )


def values_of(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(METADATA.to_json())
    return values | changes


def test_the_header_comes_back_without_the_tensors() -> None:
    data = written(values_of())
    header = read_header(BytesIO(data))
    assert header.metadata == METADATA
    assert header.file_bytes == len(data) + 32


@pytest.mark.parametrize(
    ("kind", "first"), [("codec", 3), ("segment", 3), ("gan", 3), ("sequence", 4)]
)
def test_a_codec_of_an_earlier_format_is_told(kind: str, first: int) -> None:
    for version in range(1, first):
        values = values_of(format=version, kind=kind)
        message = f"of format {version}.*from format {first} on; train it"
        with pytest.raises(OlderModelError, match=message):
            read_header(BytesIO(written(values)))
    opened = read_header(BytesIO(written(values_of(format=first, kind=kind))))
    assert opened.metadata.kind == kind


def test_no_more_than_the_header_is_read() -> None:
    data = written(values_of())
    file = BytesIO(data + bytes(1000))
    read_header(file)
    assert file.tell() == len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        bytes(100),
        b"\xff" * 100,
        (1 << 60).to_bytes(8, "little") + b"{}",
        file_of(b'{"weight":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
        file_of(b'{"__metadata__":{"format":"pt"}}'),
    ],
    ids=["empty", "short", "wave", "zeros", "ones", "huge", "no metadata", "other metadata"],
)
def test_something_else_is_no_model(data: bytes) -> None:
    with pytest.raises(NotAModelError, match="give one that you downloaded"):
        read_header(BytesIO(data))


@pytest.mark.parametrize("length", [9, 10, 50, -1])
def test_a_header_cut_short_is_told(length: int) -> None:
    data = written(values_of())
    with pytest.raises(TruncatedModelError, match=f"of its {len(data)} bytes; download"):
        read_header(BytesIO(data[:length]))


def test_a_later_format_is_told() -> None:
    with pytest.raises(NewerModelError, match=f"format {FORMAT + 1}.*use a newer program"):
        read_header(BytesIO(written(values_of(format=FORMAT + 1, news=True))))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 0},
        {"format": "1"},
        {"digest": "0f"},
        {"digest": "xy" * 32},
        {"digest": 7},
        {"kind": None},
        {"surplus": 1},
        {"networks": [16]},
        {"settings": [16]},
    ],
    ids=str,
)
def test_impossible_metadata_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DamagedModelError, match="download it again, or train it again"):
        read_header(BytesIO(written(values_of(**changes))))


@pytest.mark.parametrize("missing", ["format", "kind", "networks", "digest", "training_digest"])
def test_missing_metadata_is_refused(missing: str) -> None:
    values = values_of()
    del values[missing]
    with pytest.raises(DamagedModelError, match=missing):
        read_header(BytesIO(written(values)))


@pytest.mark.parametrize(
    "data",
    [
        written([1, 2]),
        written("text"),
        written(values_of(), {}),
        written(values_of(), {"levels": [0]}),
        written(values_of(), {"levels": {"data_offsets": [0]}}),
        written(values_of(), {"levels": {"data_offsets": [0, "16"]}}),
        file_of(f'{{"{METADATA_KEY}"'.encode()),
        file_of(f'{{"{METADATA_KEY}": \xff'.encode("latin1")),
        file_of(f'{{"{METADATA_KEY}":'.encode() + b"[" * 100_000),
    ],
    ids=["list", "text", "none", "entry", "end", "type", "open", "no text", "deep"],
)
def test_a_broken_header_is_refused(data: bytes) -> None:
    with pytest.raises(DamagedModelError, match="its header is wrong"):
        read_header(BytesIO(data))
