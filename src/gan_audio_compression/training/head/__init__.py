"""Training of the waveform head, on what the codec over time decodes."""
