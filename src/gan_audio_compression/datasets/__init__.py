"""Kedro datasets of speech, latents and models: the only place that knows fsspec."""
