"""The segment codec, which the paper describes: its model, and how it codes a chunk."""
