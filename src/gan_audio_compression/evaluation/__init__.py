"""Measures of decoded speech, their statistics, and the tables and figures of a report."""
