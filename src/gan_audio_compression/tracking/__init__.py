"""Codecs as models that MLflow keeps, loads and serves."""
