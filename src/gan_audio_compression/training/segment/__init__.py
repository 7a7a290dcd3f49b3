"""Training of the segment codec: the GAN, then the encoder against the quantiser."""
