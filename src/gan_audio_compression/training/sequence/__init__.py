"""Training of the codec over time, for many bit rates at once."""
