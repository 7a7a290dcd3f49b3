"""CRC-8 as AUTOSAR has it: polynomial 0x2F, start and last difference 0xFF.

Up to 119 bits it knows each change of three bits (Koopman and Chakravarty, 2004), and in packets of
any size each burst of eight.
"""

_POLYNOMIAL = 0x2F


def crc8(data: bytes) -> int:
    """Return the checksum, 0 .. 255."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ (_POLYNOMIAL if crc & 0x80 else 0)) & 0xFF
    return crc ^ 0xFF
