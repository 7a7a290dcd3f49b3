"""Training of the receiver's last network, which gives magnitudes, on what a codec decodes."""
