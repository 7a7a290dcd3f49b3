"""The systems that are compared: each is an instance of the same pipelines, by namespace."""

from gan_audio_compression.evaluation.systems import System

PAPER_SYSTEMS = ("encoder_only", "unified_gan", "bpgan")
"""Namespaces of the paper's own systems."""

SYSTEMS = (*PAPER_SYSTEMS, "bpgan_perceptual")
"""Namespaces of compression and reconstruction; their parameters say how each one searches."""

EXTERNAL = (
    "opus_9k",
    "opus_6k",
    "speex_narrow",
    "speex_wide",
    "amr_wide",
    "amr_narrow",
    "codec2_3200",
    "codec2_2400",
    "codec2_1600",
    "codec2_700c",
)
"""Namespaces of other people's codecs; their parameters say which and at what rate."""

TRANSFORM = ("transform_3k", "transform_2k", "transform_1k")
"""Namespaces of the transform codec, which is fitted to the training speech."""

DEFAULT = (
    "default_3k",
    "default_2k",
    "default_1k",
    "default_700",
    "default_2k_searched",
    "default_1k_searched",
)
"""Namespaces of the codec over time."""

BASELINES = (*DEFAULT, *EXTERNAL, *TRANSFORM)

CEILINGS = ("original", "narrow_band", "no_codec")
"""Namespaces of speech that was not coded."""

REFERENCE = "BPGAN"
"""The system that the others are compared with, utterance by utterance."""

BENCH = (
    System("original", "Original", paper="Original"),
    System("narrow_band", "Original at 8 kHz"),
    System("no_codec", "Log mel and Griffin-Lim, no codec"),
    System("encoder_only", "Encoder only", 2.0),
    System("unified_gan", "Unified GAN", 2.0, paper="Unified GAN"),
    System("bpgan", REFERENCE, 2.0, paper="BPGAN"),
    System("bpgan_perceptual", "BPGAN, perceptual", 2.0),
    System("default_3k", "Default 3k", 3.0, family="Default"),
    System("default_2k", "Default 2k", 2.0, family="Default"),
    System("default_2k_searched", "Default 2k, searched", 2.0, family="Default, searched"),
    System("default_1k", "Default 1k", 1.0, family="Default"),
    System("default_1k_searched", "Default 1k, searched", 1.0, family="Default, searched"),
    System("default_700", "Default 700", 0.7, family="Default"),
    System("transform_3k", "Transform 3k", 3.0, family="Transform"),
    System("transform_2k", "Transform 2k", 2.0, family="Transform"),
    System("transform_1k", "Transform 1k", 1.0, family="Transform"),
    System("opus_9k", "Opus 9k", 9.0, paper="Opus", family="Opus"),
    System("opus_6k", "Opus 6k", 6.0, family="Opus"),
    System("speex_narrow", "Speex narrow band 8k", 8.0, paper="CELP"),
    System("speex_wide", "Speex wide band 8k", 8.0, paper="CELP"),
    System("amr_wide", "AMR-WB 6.6k", 6.6, paper="AMR"),
    System("amr_narrow", "AMR-NB 6.7k", 6.7),
    System("codec2_3200", "Codec2 3200", 3.2, family="Codec2"),
    System("codec2_2400", "Codec2 2400", 2.4, family="Codec2"),
    System("codec2_1600", "Codec2 1600", 1.6, family="Codec2"),
    System("codec2_700c", "Codec2 700C", 0.7, family="Codec2"),
)
"""All of them in the order of tables."""

LABELS = {system.key: system.label for system in BENCH}
"""What tables and figures call each namespace."""
