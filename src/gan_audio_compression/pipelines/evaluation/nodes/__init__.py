"""Nodes of evaluation: code with other codecs, score, compare, plot, report."""
