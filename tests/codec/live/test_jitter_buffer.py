"""Packets of a bad line, in order."""

from gan_audio_compression.codec.live.jitter_buffer import JitterBuffer


def filled(*numbers: int) -> JitterBuffer:
    buffer = JitterBuffer()
    for number in numbers:
        buffer.put(number, bytes([number % 251, 1]))
    return buffer


def popped(buffer: JitterBuffer, count: int) -> list[int | None]:
    packets = [buffer.pop() for _ in range(count)]
    return [None if packet is None else packet[0] for packet in packets]


def test_packets_come_in_order_and_what_is_lost_is_none() -> None:
    assert popped(filled(7, 9, 8, 11), 5) == [7, 8, 9, None, 11]


def test_a_packet_that_comes_twice_counts_once() -> None:
    assert popped(filled(7, 8, 8, 9), 4) == [7, 8, 9, None]


def test_a_packet_after_its_turn_is_late() -> None:
    buffer = filled(7, 9)
    assert popped(buffer, 2) == [7, None]
    buffer.put(8, b"\x08\x01")
    assert buffer.late == 1
    assert popped(buffer, 2) == [9, None]


def test_numbers_start_again() -> None:
    assert popped(filled(65_534, 0, 65_535, 1), 4) == [65_534 % 251, 65_535 % 251, 0, 1]


def test_the_end_is_after_the_last_packet() -> None:
    buffer = filled(7, 8)
    buffer.put(9, b"")
    assert not buffer.at_end
    popped(buffer, 1)
    assert not buffer.at_end
    popped(buffer, 1)
    assert buffer.at_end


def test_nothing_came() -> None:
    buffer = JitterBuffer()
    assert buffer.pop() is None
    assert not buffer.at_end
