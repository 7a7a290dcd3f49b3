"""Measure with simulated panels how many listeners a listening test needs.

Run it as `python scripts/measure_panel.py`: for each size of the panel it logs half the width of a
codec's 95 % interval, and how often two of seven codecs that differ by some points differ
after Holm. Nothing of it is a score of a real codec.
"""

import argparse
import logging

import numpy as np

from gan_audio_compression.evaluation.mushra.estimates import scores_by_condition
from gan_audio_compression.evaluation.mushra.significance import pairwise_tests
from gan_audio_compression.evaluation.mushra.simulation import (
    Panel,
    SimulatedCondition,
    simulate_ratings,
)

SIZES = (5, 10, 15, 20, 30)
DIFFERENCES = (5.0, 8.0, 12.0)
UTTERANCES = 10
PANELS = 100

logger = logging.getLogger("measure_panel")


def conditions(difference: float) -> list[SimulatedCondition]:
    """Return two codecs that differ by so many points, and five others far from them."""
    pair = [
        SimulatedCondition("a", "codec", 60 + difference),
        SimulatedCondition("b", "codec", 60),
    ]
    others = [SimulatedCondition(f"other {n}", "codec", 10 + 8 * n) for n in range(5)]
    return [*pair, *others]


def measure(listeners: int, difference: float) -> tuple[float, float]:
    """Return half the width of an interval, and the share of panels that find the difference."""
    widths, found = [], []
    for seed in range(PANELS):
        ratings = simulate_ratings(
            Panel(listeners), conditions(difference), utterances=UTTERANCES, seed=seed
        )
        scores = scores_by_condition(ratings)
        widths.append(float((scores["high"] - scores["low"]).iloc[0]) / 2)
        # The first pair is that of a and b.
        found.append(pairwise_tests(ratings)["p_holm"].iloc[0] < 0.05)
    return float(np.mean(widths)), float(np.mean(found))


def main() -> None:
    """Log a row for each size of the panel."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    argparse.ArgumentParser(description=__doc__).parse_args()
    for listeners in SIZES:
        results = [measure(listeners, difference) for difference in DIFFERENCES]
        shares = ", ".join(
            f"{difference:g} points in {found:.0%}"
            for difference, (_, found) in zip(DIFFERENCES, results, strict=True)
        )
        logger.info("%d listeners: interval +-%.1f; %s", listeners, results[0][0], shares)


if __name__ == "__main__":
    main()
