"""Networks of the segment codec and of the sequence codec, and the file that holds a model."""
