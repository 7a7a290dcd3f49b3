"""A report with the figures of real codecs."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from gan_audio_compression.evaluation.estimates import with_phone_errors
from gan_audio_compression.evaluation.metrics import OWN_MEASURES, metrics_of
from gan_audio_compression.evaluation.report.content import (
    GROUP_COLUMNS,
    PAIRED_COLUMNS,
    Example,
    Provenance,
    Recording,
    ReportContent,
    ReportFigure,
)
from tests.browser import browser as browser
from tests.browser import least_contrast as least_contrast

SPEECH = Path(__file__).parents[3] / "data/01_raw/demo_corpus/TEST"
UTTERANCES = ("DR1/FSLT0/SX55", "DR7/MAWB0/SX61", "DR8/FCAR0/SX67")
# System: rates (nominal, file), PESQ (raw, NB, WB), and the paper's rate, PESQ and MUSHRA.
NAN = math.nan
SYSTEMS: dict[str, tuple[float, ...]] = {
    "Original": (256.0, 256.0, 4.50, 4.55, 4.64, 256.0, 4.50, 95.0),
    "BPGAN": (2.0, 2.07, 2.91, 2.72, 2.18, 2.0, 3.26, 64.9),
    "Unified GAN": (2.0, 2.21, 2.84, 2.63, 2.10, 2.0, 3.25, 64.1),
    "Transform codec": (2.0, 2.05, 3.02, 2.87, 2.43, NAN, NAN, NAN),
    "CELP": (8.0, 9.05, 3.41, 3.42, 2.64, 8.0, 3.39, 59.4),
    "Codec2 1600": (1.6, 1.59, 2.99, 2.82, 1.77, NAN, NAN, NAN),
    "Opus": (9.0, 9.93, 3.92, 4.06, 3.07, 9.0, 3.47, 79.3),
    "AMR": (6.6, 7.30, 3.57, 3.64, 2.96, 6.6, 3.36, 58.9),
    "Opus 6k": (6.0, 7.11, 3.14, 3.04, 2.23, NAN, NAN, NAN),
    "Speex narrow band": (8.0, 9.04, 3.69, 3.80, 2.37, NAN, NAN, NAN),
    "AMR-NB 6.7": (6.7, 6.98, 3.64, 3.74, 2.29, NAN, NAN, NAN),
    "Codec2 3200": (3.2, 3.18, 3.26, 3.22, 1.98, NAN, NAN, NAN),
    "Codec2 2400": (2.4, 2.39, 3.08, 2.94, 1.84, NAN, NAN, NAN),
    "Codec2 700C": (0.7, 0.79, 2.55, 2.21, 1.52, NAN, NAN, NAN),
}
METRICS = metrics_of(OWN_MEASURES)
ABSENT = "opusenc is not installed: apt install opus-tools."

MakeContent = Callable[..., ReportContent]


@pytest.fixture(scope="session")
def make_content() -> MakeContent:
    """Give a report for systems, the absent among them, and a number of examples."""
    return content_of


def content_of(
    systems: Sequence[str] = tuple(SYSTEMS), absent: Sequence[str] = ("Opus",), examples: int = 3
) -> ReportContent:
    comparison = comparison_of(systems, absent)
    present = [system for system in systems if system not in absent]
    return ReportContent(
        title="GAN speech codec at 2 kbit/s beside real codecs",
        introduction="The bench of 32 sentences of 4 speakers of the TIMIT test set.",
        metrics=METRICS,
        comparison=comparison,
        validation=comparison,
        groups=groups_of(present),
        paired=paired_of([system for system in present if system != "BPGAN"]),
        reference="BPGAN",
        curves=[curve_of(comparison)],
        spectrograms=[spectrogram()],
        examples=[example(name, present) for name in UTTERANCES[:examples]],
        provenance=[Provenance(name, f"{name} 1.2.0", f"apt install {name}") for name in systems],
        machine={"Processor": "two cores at 2.5 GHz", "Python": "3.11.2", "Corpus": "3f9a" * 16},
        command=f"kedro run --pipeline evaluation --params {'seed=0,' * 20}",
        seeds={"search": 0, "bootstrap": 1},
    )


def comparison_of(systems: Sequence[str], absent: Sequence[str]) -> pd.DataFrame:
    rows = []
    for system in systems:
        nominal, file, raw, nb, wb, *paper = SYSTEMS[system]
        quality = (raw - 1) / 3.5
        means = dict(zip(METRICS, (raw, nb, wb), strict=False)) | {
            "stoi": 0.8 + 0.2 * quality,
            "estoi": 0.6 + 0.4 * quality,
            "visqol": 2 + 3 * quality,
            "log_mel_distance": 8 - 8 * quality,
        }
        row: dict[str, object] = {"system": system, "n": 32, "speakers": 4, "failed": 0}
        row |= {"note": ABSENT if system in absent else None, "nominal_kbit_s": nominal}
        row |= {"file_kbit_s": file, "payload_kbit_s": 0.95 * file, "listeners": 0}
        row |= dict.fromkeys(("mushra", "mushra_low", "mushra_high"), NAN)
        for name, mean in means.items():
            row |= {f"{name}_mean": mean, f"{name}_median": mean + 0.02}
            row |= {f"{name}_low": 0.97 * mean, f"{name}_high": 1.03 * mean}
        errors = 0.36 + 0.3 * (1 - quality)
        row |= {"phone_error_rate": errors, "phone_error_rate_low": errors - 0.02}
        row |= {"phone_error_rate_high": errors + 0.03}
        row |= dict(zip(("paper_kbit_s", "paper_pesq_raw", "paper_mushra"), paper, strict=True))
        if system in absent:
            measured = [key for key in row if key.endswith(("_mean", "_low", "_high", "_rate"))]
            row |= dict.fromkeys([*measured, "file_kbit_s", "payload_kbit_s"], NAN) | {"n": 0}
        rows.append(row)
    return pd.DataFrame(rows)


def groups_of(systems: Sequence[str]) -> pd.DataFrame:
    groups = {
        "test_set": ["quiet", "noisy"],
        "speaker": ["FVMH0", "MAEB0", "FTLG0", "MBMA1"],
        "sex": ["F", "M"],
        "dialect_region": ["dr1", "dr4", "dr5", "dr6"],
    }
    rows = [
        {
            **{"system": system, "grouping": grouping, "group": group, "measure": measure},
            **{"n": 8, "speakers": 1, "mean": 3 + 0.1 * place, "median": 3.0},
            **({"low": 2.9, "high": 3.2} if grouping == "sex" else {"low": NAN, "high": NAN}),
        }
        for system in systems
        for grouping, names in groups.items()
        for place, group in enumerate(names)
        for measure in with_phone_errors(METRICS)
    ]
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


def paired_of(systems: Sequence[str]) -> pd.DataFrame:
    """Differences to BPGAN; ones of one direction, of the other and around zero."""
    rows = [
        {"system": system, "measure": measure, "n": 32, "speakers": 4, "difference": difference}
        | {"low": difference - 0.1, "high": difference + 0.1}
        for place, system in enumerate(systems)
        for measure in with_phone_errors(METRICS)
        for difference in [(0.3, -0.25, 0.02)[place % 3]]
    ]
    return pd.DataFrame(rows, columns=list(PAIRED_COLUMNS))


def curve_of(comparison: pd.DataFrame) -> ReportFigure:
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for row in comparison.to_dict("records"):
        axes.plot(row["file_kbit_s"], row["pesq_raw_mean"], "o", label=row["system"])
    axes.set(xscale="log", xlabel="File rate (kbit/s)", ylabel="PESQ raw (P.862)")
    axes.legend(ncols=2)
    return ReportFigure(figure, "Rate and quality.", "PESQ raw rises with the rate.")


def spectrogram() -> ReportFigure:
    figure = Figure(figsize=(8, 4), layout="constrained")
    figure.subplots().specgram(speech(UTTERANCES[0]), NFFT=512, noverlap=384, Fs=16_000)
    return ReportFigure(figure, "Spectrogram of SX55.", "Harmonics up to 8 kHz.")


def speech(name: str) -> NDArray[np.float32]:
    wave, _ = sf.read(SPEECH / f"{name}.WAV", dtype="float32")
    return np.asarray(wave)


def example(name: str, systems: Sequence[str]) -> Example:
    """An utterance that is duller and noisier the lower the PESQ of the system."""
    wave = speech(name)
    noise = np.random.default_rng(0).standard_normal(len(wave))
    recordings = []
    for system in systems:
        _, rate, raw, *_ = SYSTEMS[system]
        dull = sosfilt(butter(4, min(7900, 1000 * raw**1.4), fs=16_000, output="sos"), wave)
        degraded = dull + 0.002 * (4.5 - raw) * noise
        size = round(1000 * rate * len(wave) / 16_000 / 8)
        recordings.append(Recording(system, degraded.astype(np.float32), size, rate, raw))
    region, speaker, sentence = name.split("/")
    about = {"Speaker": speaker, "Sex": speaker[0], "Region": region, "Text": "She said it twice."}
    return Example(sentence, about, recordings)
