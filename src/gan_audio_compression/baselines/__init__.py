"""Codecs that the project is compared with, behind one interface."""
