"""A codec without a network: what transform coding alone makes of the log mel spectrogram."""
