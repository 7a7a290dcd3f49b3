"""Devices that are there and those that are not."""

import pytest
import torch

from gan_audio_compression.codec.device import DeviceError, require_device


def test_the_processor_is_always_there() -> None:
    require_device("cpu")


@pytest.mark.parametrize("device", ["nonsense", "", "cpu:x", "meta", "cuda:99"])
def test_others_are_refused(device: str) -> None:
    with pytest.raises(DeviceError, match=f"'{device}' here; check"):
        require_device(device)


@pytest.mark.skipif(torch.cuda.is_available(), reason="CUDA is there")
def test_cuda_is_refused_where_there_is_none() -> None:
    with pytest.raises(DeviceError, match="'cuda'"):
        require_device("cuda")
