"""Encoder and generator of the segment codec, on islands of 1.024 s: of images, or of frames."""
