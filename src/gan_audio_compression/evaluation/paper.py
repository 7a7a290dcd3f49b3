"""The results of the paper that this project implements."""

from dataclasses import dataclass

CITATION = (
    "Bishal Chaulagain and Shikhar Bhattarai, "
    '"Generative Adversarial Network for Audio Compression", table 3'
)


@dataclass(frozen=True)
class PaperResult:
    """A row of table 3.

    `kbit_s` is the nominal bit rate. `pesq_raw` is on the scale of P.862 before mapping: the
    original has 4.50, the ceiling of that scale alone. `mushra` is out of 100, 5 listeners.
    """

    method: str
    kbit_s: float
    pesq_raw: float
    mushra: float


TABLE_3 = (
    PaperResult("Original", 256.0, 4.50, 95.0),
    PaperResult("Unified GAN", 2.0, 3.25, 64.1),
    PaperResult("CELP", 8.0, 3.39, 59.4),
    PaperResult("Opus", 9.0, 3.47, 79.3),
    PaperResult("AMR", 6.6, 3.36, 58.9),
    PaperResult("BPGAN", 2.0, 3.26, 64.9),
)

RESULTS = {result.method: result for result in TABLE_3}
"""The rows of table 3 by method."""
