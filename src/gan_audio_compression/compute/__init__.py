"""Loops over utterances, in one process or on a cluster, that skip what is done."""
