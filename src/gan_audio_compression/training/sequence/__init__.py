"""Training of the sequence codec, for many bit rates at once."""
