"""Encoder and generator of the sequence codec, one-dimensional, at the rate of its latents.

Four frames of the log mel, on the scale of loudness, are one latent frame (31.25 a second), and
both networks work on latent frames throughout, so that two processor cores are enough to train
them. One model serves many bit rates: a quality is an input of every block.
"""
