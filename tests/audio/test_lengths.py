"""Headers that lie: all that is there is read, and what is claimed but not there is told."""

import io
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from gan_audio_compression.audio.decoder import decoder
from gan_audio_compression.audio.errors import EmptyAudioError
from gan_audio_compression.audio.formats.find import find_part
from gan_audio_compression.audio.reader import AudioReader
from tests.recordings import RATE, file_of, piped, read, tone

WAVE = tone(2.0)

# Where the length of the samples stands: behind these bytes, in this layout, counting this much
# beside them.
SIZES = {
    ("WAV", "PCM_16"): (b"data", "<I", 0),
    ("WAV", "IMA_ADPCM"): (b"data", "<I", 0),
    ("WAV", "GSM610"): (b"data", "<I", 0),
    ("WAVEX", "PCM_24"): (b"data", "<I", 0),
    ("RF64", "PCM_16"): (b"ds64\x1c\0\0\0" + struct.pack("<Q", 64_096), "<Q", 0),
    ("W64", "PCM_16"): (b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a", "<Q", 24),
    ("AIFF", "PCM_16"): (b"SSND", ">I", 8),
    ("AIFF", "FLOAT"): (b"SSND", ">I", 8),
    ("AU", "PCM_16"): (b".snd\0\0\0\x18", ">I", 0),
    ("CAF", "PCM_16"): (b"data", ">q", 4),
    ("CAF", "ALAC_16"): (b"data", ">q", 4),
}
# Beside zero and what counts as zero.
UNKNOWN = {
    "<I": [0x7FFF_F000, 0x7FFF_FFDB, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF],
    ">I": [0x7F00_0008, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF],
    "<Q": [2**63 - 1, 2**64 - 1],
    ">q": [-1, 2**63 - 1],
}
EVERY_SIZE = pytest.mark.parametrize(("container", "subtype"), SIZES)


def claiming(
    data: bytes, container: str, subtype: str, size: int | None = None, share: float = 1
) -> bytes:
    """The file with another length in its header: a number, or a share of the true length."""
    before, layout, beside = SIZES[container, subtype]
    at = data.index(before) + len(before)
    (true,) = struct.unpack_from(layout, data, at)
    changed = bytearray(data)
    claimed = round(share * (true - beside)) + beside if size is None else size
    struct.pack_into(layout, changed, at, claimed)
    return bytes(changed)


def header_bytes(data: bytes, container: str, subtype: str) -> int:
    before, layout, beside = SIZES[container, subtype]
    at = data.index(before) + len(before)
    size: int = struct.unpack_from(layout, data, at)[0]
    return len(data) - size + beside


@EVERY_SIZE
def test_of_unknown_length_all_is_read(container: str, subtype: str) -> None:
    whole = file_of(WAVE, container, subtype)
    true = read(whole).samples
    _, layout, beside = SIZES[container, subtype]
    for size in [0, beside, *UNKNOWN[layout]]:
        lying = read(claiming(whole, container, subtype, size))
        np.testing.assert_array_equal(lying.samples, true, err_msg=hex(size))
        assert lying.is_whole


@EVERY_SIZE
def test_what_is_claimed_and_not_there_is_told(container: str, subtype: str) -> None:
    whole = file_of(WAVE, container, subtype)
    lying = read(claiming(whole, container, subtype, share=3))
    np.testing.assert_array_equal(lying.samples, read(whole).samples)
    (message,) = lying.messages
    assert re.fullmatch(r"The file says 6.\d s, but 2.0 s were there: it is cut\.", message)


@EVERY_SIZE
def test_what_is_there_and_not_claimed_is_told(container: str, subtype: str) -> None:
    lying = read(claiming(file_of(WAVE, container, subtype), container, subtype, share=0.5))
    assert len(lying.samples) <= RATE + 505
    assert lying.messages[-1].startswith("Left out after ")
    assert lying.messages[-1].endswith(" bytes that are no known audio.")


@EVERY_SIZE
def test_a_file_that_is_cut_is_read_to_its_end(container: str, subtype: str) -> None:
    whole = file_of(WAVE, container, subtype)
    before = header_bytes(whole, container, subtype)
    cut = read(whole[: (before + len(whole)) // 2])
    # What the packets of a codec hold may be lost at the cut.
    packet = {"IMA_ADPCM": 505, "GSM610": 320, "ALAC_16": 4096}.get(subtype, 2)
    assert abs(len(cut.samples) - RATE) <= packet
    (message,) = cut.messages
    says = re.match(r"The file says (\d\.\d) s, but ", message)
    assert says and abs(float(says[1]) - 2) <= 2 * packet / RATE


def wav(data_length: int, whole: int, behind: bytes) -> bytes:
    header = struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    lengths = struct.pack("<I", whole), struct.pack("<I", data_length)
    return b"RIFF" + lengths[0] + b"WAVEfmt " + header + b"data" + lengths[1] + behind


PCM = file_of(WAVE)[44:]


@pytest.mark.parametrize("whole", [0, 8, 36, 36 + len(PCM), 0x7FFF_FFFF, 2**32 - 1])
def test_recorders_that_crash_leave_a_length_of_0(whole: int) -> None:
    crashed = read(wav(0, whole, PCM))
    np.testing.assert_array_equal(crashed.samples, read(file_of(WAVE)).samples)
    assert crashed.is_whole


def test_a_file_without_samples_goes_on_behind_them() -> None:
    data = wav(0, 48, b"LIST\x04\0\0\0INFO")
    with pytest.raises(EmptyAudioError), AudioReader(io.BytesIO(data)) as reader:
        list(reader.blocks())
    with piped(data) as pipe, pytest.raises(EmptyAudioError), AudioReader(pipe) as reader:
        list(reader.blocks())


def test_other_chunks_are_no_samples() -> None:
    tags = b"LIST" + struct.pack("<I", 5) + b"INFOx\0"
    data = wav(len(PCM), 2**32 - 1, PCM + tags)
    several = read(data[:12] + tags + data[12:36] + tags + data[36:] + tags)
    np.testing.assert_array_equal(several.samples, read(file_of(WAVE)).samples)


def test_what_decodes_the_samples_may_stand_behind_them() -> None:
    data = file_of(WAVE, "AIFF")
    common = data[12 : 12 + 26]
    assert common.startswith(b"COMM")
    late = data[:12] + data[38:] + common
    np.testing.assert_array_equal(read(late).samples, read(data).samples)


@pytest.mark.parametrize(
    ("count", "seconds", "message"),
    [
        (b"0", 2, None),
        (b"16000", 1, "Left out after 1.0 s: 32000 bytes that are no known audio."),
        (b"99999", 2, "The file says 6.2 s, but 2.0 s were there: it is cut."),
    ],
)
def test_nist_sphere_counts_samples(count: bytes, seconds: int, message: str | None) -> None:
    data = file_of(WAVE, "NIST")
    header = data[:1024].replace(b"sample_count -i 32000", b"sample_count -i " + count)
    lying = read(header.ljust(1024, b"\0")[:1024] + data[1024:])
    assert len(lying.samples) == seconds * RATE
    assert lying.messages == ([message] if message else [])


@pytest.mark.parametrize(
    ("total", "message"),
    [(0, None), (1000, None), (64_000, "The file says 4.0 s, but 2.0 s were there: it is cut.")],
)
def test_flac_counts_samples(total: int, message: str | None) -> None:
    data = bytearray(file_of(WAVE, "FLAC"))
    data[21] &= 0xF0
    data[22:26] = struct.pack(">I", total)
    lying = read(bytes(data))
    assert len(lying.samples) == len(WAVE)
    assert lying.messages == ([message] if message else [])


def test_bw64_is_read() -> None:
    data = file_of(WAVE, "RF64")
    np.testing.assert_array_equal(read(b"BW64" + data[4:]).samples, read(data).samples)


def test_more_than_4_gib_of_samples(tmp_path: Path) -> None:
    frames = 3 << 30
    header = file_of(np.zeros(0), "RF64")
    with (tmp_path / "long.wav").open("w+b") as file:
        file.write(header[:28] + struct.pack("<Q", 2 * frames) + header[36:])
        file.truncate(len(header) + 2 * frames)
        part = find_part(file, 0)
        assert part is not None
        with decoder(part, file) as sound:
            assert sound.claimed_frames(0) == frames
