"""How loops over utterances run, as configuration says it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr, model_validator

from gan_audio_compression.component import ComponentError, check_component, open_component
from gan_audio_compression.compute.engine import Engine

Save = Callable[[Mapping[str, Any]], None]
"""Saves partitions by their names."""


class ComputeParameters(BaseModel):
    """How loops over utterances run.

    Attributes:
        engine: the one of `engines` that runs them.
        engines: `type`, the dotted path of an `Engine`, and its settings, by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: str
    engines: dict[str, dict[str, Any]]
    _saves: tuple[Save, ...] = PrivateAttr(())

    @model_validator(mode="after")
    def _names_engines(self) -> Self:
        if self.engine not in self.engines:
            known = ", ".join(self.engines)
            raise ValueError(f"there is no engine {self.engine!r}; give one of {known}.")
        try:
            check_component(self.engines[self.engine])
        except ComponentError as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def saves(self) -> tuple[Save, ...]:
        """What saves each partitioned output on a worker; nothing where the driver does."""
        return self._saves

    def saved_by_workers(self, saves: Iterable[Save]) -> Self:
        """Return the same for a node whose partitioned outputs are saved so."""
        same = self.model_copy()
        same._saves = tuple(saves)
        return same

    def opened(self) -> Engine:
        """Return the engine.

        Raises:
            ComponentError: it refuses a setting.
            ComputeError: it is not installed.
        """
        engine: Engine = open_component(self.engines[self.engine])
        return engine
