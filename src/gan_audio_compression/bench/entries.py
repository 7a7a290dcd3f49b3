"""The codecs of the bench as configuration names them: one entry each."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, PositiveFloat, RootModel, model_validator

from gan_audio_compression.bench.codec import BenchCodec
from gan_audio_compression.component import ComponentError, check_component, open_component


class BenchEntry(BaseModel):
    """One codec at one setting.

    Attributes:
        label: what tables and figures call it, such as "Opus 9k".
        nominal_kbit_s: the bit rate that it is asked for.
        paper: the method of the paper's table 3 that it stands for, if any.
        family: codecs of one family are one curve.
        codec: `type`, the dotted path of a class that is a `BenchCodec`, and its settings.
        model: which model the class takes as its `model`, of those that the pipelines train;
            None if it takes none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    nominal_kbit_s: PositiveFloat
    paper: str | None = None
    family: str | None = None
    codec: dict[str, Any]
    model: str | None = None

    @model_validator(mode="after")
    def _names_a_codec(self) -> Self:
        try:
            check_component(self.codec, *([] if self.model is None else ["model"]))
        except ComponentError as error:
            raise ValueError(str(error)) from error
        return self


class Bench(RootModel[dict[str, BenchEntry]]):
    """All entries by key, in the order of tables."""

    model_config = ConfigDict(frozen=True)

    def labels(self) -> dict[str, str]:
        """Return what tables and figures call each codec, by its key."""
        return {key: entry.label for key, entry in self.root.items()}


def open_codec(key: str, entry: BenchEntry, models: Mapping[str, Any]) -> BenchCodec:
    """Return the codec of an entry.

    Args:
        key: of the entry, for errors.
        entry: what configuration says.
        models: those that there are, by name.

    Raises:
        ComponentError: the entry names a model that is not there, or the class refuses a setting.
    """
    if entry.model is not None and entry.model not in models:
        raise ComponentError(
            f"The codec {key} of the bench takes the model {entry.model!r}, which is none of"
            f" {', '.join(models)}; correct its entry."
        )
    parts = {} if entry.model is None else {"model": models[entry.model]}
    codec: BenchCodec = open_component(entry.codec, **parts)
    return codec


def open_codecs(bench: Bench, models: Mapping[str, Any]) -> dict[str, BenchCodec]:
    """Return all codecs of the bench by key; arguments and errors as `open_codec`."""
    return {key: open_codec(key, entry, models) for key, entry in bench.root.items()}
