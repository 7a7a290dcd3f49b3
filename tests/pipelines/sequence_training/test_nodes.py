"""The sequence codec in pipelines: shards of speech, training without test speech, tuning."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.pipelines.sequence_training import nodes
from gan_audio_compression.pipelines.sequence_training.parameters import VariationParameters
from gan_audio_compression.pipelines.training_parameters import SequenceTrainingParameters
from gan_audio_compression.pipelines.training_speech import sharded, training_speech
from gan_audio_compression.pipelines.training_start import StartParameters
from tests.pipelines.engines import INLINE

Train = Callable[..., tuple[SequenceModel, pd.DataFrame]]


@pytest.fixture
def train(
    sequence_speech: dict[str, Any], sequence_training: dict[str, Any], tmp_path: Path
) -> Train:
    """Give what trains a codec from scratch, or from what it is told."""
    parameters = SequenceTrainingParameters.model_validate(sequence_training)

    def run(**start: Any) -> tuple[SequenceModel, pd.DataFrame]:
        values = StartParameters.model_validate({"model": None, "tuned": True} | start)
        return nodes.train_sequence_codec(
            **sequence_speech,
            start=values,
            parameters=parameters,
            processes=1,
            checkpoints=tmp_path,
        )

    return run


def test_training_leaves_test_speech_alone(train: Train) -> None:
    model, history = train()
    assert history["epoch"].tolist() == [1, 2]
    assert history["validation_kbit_s_0.5"].gt(0).all()
    assert model.networks.width == 8


def test_a_model_is_tuned_or_taken_as_it_is(train: Train, tmp_path: Path) -> None:
    given = train()[0]
    file = tmp_path / "given.safetensors"
    file.write_bytes(given.to_bytes())
    taken, history = train(model=str(file), tuned=False)
    assert (taken.digest, len(history)) == (given.digest, 0)
    tuned, history = train(model=str(file))
    assert tuned.digest != given.digest
    assert len(history) == 2


def shard(manifest: pd.DataFrame, make_speech: Any, run_loop: Any, **values: int) -> Any:
    """Shards of utterances of a second each, and their log."""
    speech = {id: partial(make_speech, 16_000, ord(id[0])) for id in manifest["id"]}
    parameters = VariationParameters(**{"copies": 2, "utterances_a_shard": 4} | values)
    return run_loop(nodes.shard_training_speech(speech, manifest, parameters, INLINE, {}))


def test_each_training_utterance_is_there_and_varied_and_no_other(
    sequence_speech: dict[str, Any], make_speech: Any, run_loop: Any
) -> None:
    loop = shard(sequence_speech["manifest"], make_speech, run_loop)
    ((id, log_mels),) = loop.partitions[0].items()
    names = ["a", "a_varied_0", "a_varied_1"]
    assert [*log_mels] == names
    original, first, second = log_mels.values()
    assert len({original.mean(), first.mean(), second.mean()}) == 3
    record = loop.table.iloc[0]
    assert (record["id"], [*record["names"]]) == (id, names)
    assert [log_mel.shape for log_mel in log_mels.values()] == [(n, 128) for n in record["frames"]]
    speech = sharded(
        training_speech(sequence_speech["log_mel"], sequence_speech["manifest"]),
        {id: lambda: log_mels},
        loop.table,
    )
    assert speech.train[0].load() is log_mels
    assert speech.train[0].frames == dict(zip(names, record["frames"], strict=True))


def test_utterances_are_in_one_shard_each_and_one_more_changes_few(
    make_speech: Any, run_loop: Any
) -> None:
    def made(count: int) -> pd.DataFrame:
        ids = [f"{chr(97 + i % 26)}{i}" for i in range(count)]
        columns = {"id": ids, "key": ids, "split": "train", "error": None}
        manifest = pd.DataFrame(columns)
        loop = shard(manifest, make_speech, run_loop, copies=1, utterances_a_shard=2)
        names = [name for log_mels in loop.partitions[0].values() for name in log_mels]
        assert sorted(names) == sorted([*ids, *(f"{id}_varied_0" for id in ids)])
        table: pd.DataFrame = loop.table
        return table

    twelve, thirteen = made(12), made(13)
    assert 4 <= len(thirteen) <= 8
    assert len(set(thirteen["key"]) - set(twelve["key"])) == 1


def test_noise_of_the_corpus_is_mixed_in_and_makes_variations_anew(
    sequence_speech: dict[str, Any], make_speech: Any, run_loop: Any
) -> None:
    def varied(split: str) -> Any:
        manifest = sequence_speech["manifest"].copy()
        manifest.loc[manifest["id"] == "b", "split"] = split
        return shard(manifest, make_speech, run_loop, copies=9)

    without, noisy = varied("validation"), varied("noise")
    assert set(without.table["key"]).isdisjoint(noisy.table["key"])
    ((id, quiet),) = without.partitions[0].items()
    changes = [(log_mel - noisy.partitions[0][id][name]).mean() for name, log_mel in quiet.items()]
    assert changes[0] == 0
    assert max(map(abs, changes)) > 0.01
