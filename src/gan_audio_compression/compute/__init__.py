"""Loops over utterances, inline or in worker processes, that skip what is done."""
