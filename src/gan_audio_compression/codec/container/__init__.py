"""The .gac file: a header and chunks, each with its checksum, that stream (docs/format.md)."""
