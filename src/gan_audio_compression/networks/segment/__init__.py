"""Encoder and generator of the segment codec, two-dimensional, on islands of 1.024 s."""
