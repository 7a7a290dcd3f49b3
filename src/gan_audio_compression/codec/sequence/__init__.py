"""The sequence codec, which ships: its model, its prior, and how it codes a chunk."""
