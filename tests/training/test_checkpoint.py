"""Checkpoints: all of the state comes back, of this run alone, and a crash harms nothing."""

import os
from pathlib import Path

import pytest
import torch
from torch import nn

from gan_audio_compression.training.checkpoint import CheckpointStore, pack, unpack
from gan_audio_compression.training.optimiser import adam


def trained_network() -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4))
    optimiser = adam(network.parameters())
    for _ in range(3):
        optimiser.zero_grad()
        network(torch.randn(2, 1, 8, 8)).square().sum().backward()
        optimiser.step()
    return network, optimiser


def test_weights_buffers_and_moments_come_back(tmp_path: Path) -> None:
    network, optimiser = trained_network()
    history = [{"mse": 1 / 3}, {"mse": 0.1 + 0.2}]
    store = CheckpointStore(tmp_path / "new" / "folder", "gan", "digest")
    store.save(pack({"model": network}, {"optimiser": optimiser}), history)

    found = CheckpointStore(tmp_path / "new" / "folder", "gan", "digest").load()
    assert found is not None
    state, found_history = found
    assert found_history == history
    other = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4))
    other_optimiser = adam(other.parameters())
    unpack(state, {"model": other}, {"optimiser": other_optimiser})
    for key, value in network.state_dict().items():
        assert torch.equal(other.state_dict()[key], value), key
    moments = optimiser.state_dict()["state"]
    for index, found_moments in other_optimiser.state_dict()["state"].items():
        for key, value in moments[index].items():
            assert torch.equal(found_moments[key], value), key
    assert len(other_optimiser.state_dict()["state"]) == len(moments) == 4


def test_a_packed_state_does_not_follow_the_training() -> None:
    network, optimiser = trained_network()
    weight = network.state_dict()["0.weight"]
    state = pack({"model": network}, {"optimiser": optimiser})
    before = weight.clone()
    with torch.no_grad():
        weight.add_(1.0)
    assert torch.equal(state["model.0.weight"], before)


def test_no_checkpoint_is_nothing(tmp_path: Path) -> None:
    assert CheckpointStore(tmp_path, "gan", "digest").load() is None


def test_a_checkpoint_of_another_run_is_not_used(tmp_path: Path) -> None:
    CheckpointStore(tmp_path, "gan", "one").save({"weight": torch.ones(2)}, [])
    assert CheckpointStore(tmp_path, "gan", "other").load() is None
    assert CheckpointStore(tmp_path, "encoder", "one").load() is None
    assert CheckpointStore(tmp_path, "gan", "one").load() is not None


def test_a_crash_while_writing_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = CheckpointStore(tmp_path, "gan", "digest")
    store.save({"weight": torch.ones(2)}, [{"mse": 1.0}])

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        store.save({"weight": torch.zeros(2)}, [{"mse": 2.0}])
    found = store.load()
    assert found is not None
    assert torch.equal(found[0]["weight"], torch.ones(2))
    assert found[1] == [{"mse": 1.0}]

    monkeypatch.undo()
    store.save({"weight": torch.zeros(2)}, [])
    assert [path.name for path in tmp_path.iterdir()] == ["gan.safetensors"]
