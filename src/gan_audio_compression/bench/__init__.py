"""The codecs that are compared, ours and those of others, behind one protocol."""
