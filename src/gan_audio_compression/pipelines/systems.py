"""The systems that are compared: each is an instance of the same pipelines, by namespace."""

SYSTEMS = ("encoder_only", "unified_gan", "bpgan")
"""Namespaces of compression and reconstruction; their parameters say how each one searches."""
