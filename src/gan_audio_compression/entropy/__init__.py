"""Lossless coding of symbols by static tables and by a recurrent prior, in whole numbers."""
