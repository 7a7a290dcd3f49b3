"""Nodes of evaluation: score, compare, plot, report."""
