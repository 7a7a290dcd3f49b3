"""The precision in which the networks of a codec compute."""

from typing import Literal

Precision = Literal["float32", "bfloat16"]
