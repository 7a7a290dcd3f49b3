"""Speech compression with a generative adversarial network, and the reproducible study of it."""

__version__ = "0.1.0"
