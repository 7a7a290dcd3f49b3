"""Encoder, generator and discriminator of the paper's codec."""
