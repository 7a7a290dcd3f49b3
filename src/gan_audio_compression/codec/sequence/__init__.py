"""The codec over time: its model, its prior, and how it codes a chunk."""
