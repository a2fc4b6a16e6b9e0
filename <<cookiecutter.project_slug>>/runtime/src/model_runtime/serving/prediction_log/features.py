"""The features that an event shows, field by field: as they are, hashed by a key, or not at all."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET, UnsetType

from ...bundle.schema import Schema
from ...errors import ProjectError
from ...keyed_hash import Hash
from ...misspelt import nearest

OTHERS = "*"
"""The name that stands for all features which have no row of their own in `log.features`."""

Show = Callable[[Any], Any]


class Shown:
    """The features of a bundle that are logged, and how."""

    def __init__(self, schema: Schema, ways: Mapping[str, str], key: str | None) -> None:
        """Decide for each feature.

        Args:
            schema: The bundle's.
            ways: `log.features`: `plain`, `hashed` or `omitted` by name; "*" is for all others.
            key: To hash with.

        Raises:
            ProjectError: A name is no feature's.
        """
        names = [feature.name for feature in schema.features]
        _demand_known(ways, [*names, *([schema.id] if schema.id else [])])
        shows: dict[str, Show] = {"plain": _as_it_is, "hashed": Hash(key or "")}
        others = ways.get(OTHERS, "omitted")
        chosen = {name: ways.get(name, others) for name in names}
        self._shows = [(name, shows[way]) for name, way in chosen.items() if way != "omitted"]
        self._id, self._show_id = schema.id or "", None
        if schema.id:
            self._show_id = shows.get(ways.get(schema.id, "plain"))

    def id(self, row: Mapping[str, Any]) -> str | UnsetType | None:
        """Return a row's ID as an event shows it."""
        return self._show_id(row.get(self._id)) if self._show_id else UNSET

    def features(self, row: Mapping[str, Any]) -> dict[str, Any] | UnsetType:
        """Return a row's features as an event shows them."""
        if not self._shows:
            return UNSET
        return {name: show(row.get(name)) for name, show in self._shows}


def _as_it_is(value: Any) -> Any:
    return value


def _demand_known(ways: Mapping[str, str], names: list[str]) -> None:
    for name in ways:
        if name != OTHERS and name not in names:
            near = nearest(name, names)
            hint = f"did you mean {near!r}?" if near else f"there are {', '.join(names)}."
            raise ProjectError(f"log.features: {name!r} is no feature of this model; {hint}")
