"""Learned predictors of a listener's score, which hear no original: DNSMOS and DistillMOS.

Both give the score of the decoded wave from 1 to 5, and by how much it is below the original's.
"""

import contextlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import torch

from gan_audio_compression.evaluation.listeners.heard_once import heard_once
from gan_audio_compression.evaluation.listeners.packages import extra_module
from gan_audio_compression.evaluation.measure import (
    Metric,
    Scores,
    Wave,
    at_speech_level,
    check_length,
    package_version,
)
from gan_audio_compression.signal.spec import SAMPLE_RATE

_SHORTEST, _LONGEST = 0.5, 60.0


@dataclass(frozen=True)
class Dnsmos:
    """`dnsmos`, overall quality by DNSMOS (Reddy and others, 2022), and `dnsmos_loss`.

    Speech that is shorter than 9 s is repeated, as its authors do.
    """

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """See `Measure.metrics`."""
        return _metrics("DNSMOS")

    @property
    def version(self) -> str:
        """See `Measure.version`."""
        return package_version("speechmos")

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """See `Measure.score`.

        Raises:
            MetricError: the waves are shorter than 0.5 s, longer than 60 s or too weak.
        """
        return _scores("DNSMOS", _dnsmos, reference, decoded)


@dataclass(frozen=True)
class DistillMos:
    """`distillmos` by DistillMOS (Stahl and Gamper, 2025), and `distillmos_loss`."""

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """See `Measure.metrics`."""
        return _metrics("DistillMOS")

    @property
    def version(self) -> str:
        """See `Measure.version`."""
        return package_version("distillmos")

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """See `Measure.score`, and `Dnsmos.score` for the errors."""
        return _scores("DistillMOS", _distillmos, reference, decoded)


def _metrics(label: str) -> dict[str, Metric]:
    name = label.lower()
    return {
        name: Metric(label, in_summary=False),
        f"{name}_loss": Metric(f"{label} below original", higher_is_better=False),
    }


def _scores(label: str, predict: Callable[[Wave], float], reference: Wave, decoded: Wave) -> Scores:
    check_length(reference, label, _SHORTEST, _LONGEST)
    original = predict(_levelled(reference, "reference"))
    coded = predict(_levelled(decoded, "decoded wave"))
    return {label.lower(): coded, f"{label.lower()}_loss": original - coded}


def _levelled(wave: Wave, name: str) -> Wave:
    """Return float32 samples at one level within full scale, since the predictors hear it."""
    return at_speech_level(wave, name).clip(-1.0, 1.0)


@heard_once
def _dnsmos(wave: Wave) -> float:
    return float(_dnsmos_networks()(wave, SAMPLE_RATE, False)["ovrl_mos"])


@cache
def _dnsmos_networks() -> Any:
    """Return DNSMOS with a thread a network: more would wait in loops beside other workers."""
    package = extra_module("speechmos.dnsmos", "DNSMOS")
    runtime = extra_module("onnxruntime", "DNSMOS")
    folder = files("speechmos") / "dnsmos_models"
    paths = [str(folder / name) for name in ("sig_bak_ovr.onnx", "model_v8.onnx")]
    networks = package.DNSMOS(*paths)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    networks.onnx_sess, networks.p808_onnx_sess = (
        runtime.InferenceSession(path, options) for path in paths
    )
    return networks


@heard_once
def _distillmos(wave: Wave) -> float:
    with torch.inference_mode():
        return float(_distillmos_network()(torch.from_numpy(wave)[None]))


@cache
def _distillmos_network() -> torch.nn.Module:
    package = extra_module("distillmos", "DistillMOS")
    # It prints where its weights are.
    with contextlib.redirect_stdout(io.StringIO()):
        network: torch.nn.Module = package.ConvTransformerSQAModel()
    return network.eval()
