"""Audio files and streams: reading, writing and the sampling rate; needs no torch."""
