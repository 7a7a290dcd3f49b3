"""The numbers of the signal path; every part of the codec agrees on them."""

SAMPLE_RATE = 16_000
"""Samples a second of every waveform inside the project."""

LOWEST_RATE, HIGHEST_RATE = 1000, 768_000
"""Sampling rates that a recording may have, in Hz."""

FFT_SIZE = 512
HOP = 128
BINS = FFT_SIZE // 2 + 1
"""Frequencies of an STFT, 31.25 Hz apart."""

MEL_BANDS = 128

SPEECH_LEVEL_DB = -26.0
"""Active speech level that analysis expects, in dB re full scale; usual with ITU-T P.56."""

FLOOR = -10.0
"""Lowest log mel value, in nepers; speech at `SPEECH_LEVEL_DB` peaks within 0.5 neper of 0."""

SEGMENT_FRAMES = 128
"""Frames of the islands that the paper's networks see: 1.024 s."""
