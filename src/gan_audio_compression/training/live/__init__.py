"""Training of the live codec, for many bit rates, packets, look-aheads and losses at once."""
