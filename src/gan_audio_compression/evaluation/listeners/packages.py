"""Packages of the extra `bench`, which may be absent."""

import importlib
import warnings
from types import ModuleType

from gan_audio_compression.evaluation.measure import MeasureMissingError


def extra_module(name: str, measure: str) -> ModuleType:
    """Return the module of that dotted name, for a measure that errors call `measure`.

    Raises:
        MeasureMissingError: its package, or what that needs, is not installed.
    """
    try:
        with warnings.catch_warnings():
            # What these packages use of others is not the user's business.
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError as error:
        raise MeasureMissingError(
            f"{measure} needs {error.name or name}, which is not installed;"
            " pip install 'gan-audio-compression[bench]'."
        ) from error
