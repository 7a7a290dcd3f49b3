"""What listeners say: MUSHRA scores by ITU-R BS.1534-3, from ratings to tables."""
