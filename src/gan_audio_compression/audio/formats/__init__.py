"""Where the recordings lie in a file: what each format says of its samples, and what is there."""
