"""Lossless coding of levels: static integer tables, a range coder and a Huffman coder."""
