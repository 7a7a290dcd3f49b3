"""Level, log mel spectrogram, segments and the way back to a waveform."""
