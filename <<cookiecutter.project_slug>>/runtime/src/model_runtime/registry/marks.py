"""The marks of a registry's versions: which is the champion, and which were.

MLflow's registries have aliases. There the alias `champion` says which it is, and the registered
model's tag `promotions` lists, as JSON, the versions that were champion, oldest first. Entries
after the current champion come from an interrupted promotion and are ignored.

A workspace of Azure ML keeps neither, only tags of versions. There each promotion is a number above
all before it in the tag `promoted` of its version, and the champion is the version with the
greatest: a promotion, and its return, is one write in both.
"""

import json
from collections.abc import Callable
from typing import Any, Protocol

CHAMPION = "champion"
PROMOTED = "promoted"
_PROMOTIONS = "promotions"
_MOST = 50
"""Promotions that are remembered; a tag can't be of any length."""


class Marks(Protocol):
    """The marks of one registered model's versions, by their numbers."""

    def aliases(self) -> dict[str, int]:
        """Return the number that each alias stands for."""
        ...

    def promotions(self) -> list[int]:
        """Return the versions that were champion, the current one last."""
        ...

    def promote(self, number: int) -> None:
        """Make a version the champion."""
        ...

    def restore(self) -> None:
        """Make the version before the champion the champion again; there is one."""
        ...


class Aliases:
    """The marks where there are aliases."""

    def __init__(self, client: Any, name: str, registered: Callable[[], Any]) -> None:
        """Keep the marks of a registered model by MLflow's client."""
        self._client, self._name, self._registered = client, name, registered

    def aliases(self) -> dict[str, int]:
        """Return the number that each alias stands for."""
        model = self._registered()
        return {} if model is None else {name: int(of) for name, of in model.aliases.items()}

    def promotions(self) -> list[int]:
        """Return the versions that were champion, the current one last."""
        model = self._registered()
        if model is None or CHAMPION not in model.aliases:
            return []
        champion = int(model.aliases[CHAMPION])
        listed = _numbers(model.tags.get(_PROMOTIONS))
        while listed and listed[-1] != champion:
            listed.pop()
        return listed or [champion]

    def promote(self, number: int) -> None:
        """Make a version the champion."""
        self._list([*self.promotions(), number][-_MOST:])
        self._client.set_registered_model_alias(self._name, CHAMPION, str(number))

    def restore(self) -> None:
        """Make the version before the champion the champion again; there is one."""
        listed = self.promotions()[:-1]
        self._client.set_registered_model_alias(self._name, CHAMPION, str(listed[-1]))
        self._list(listed)

    def _list(self, numbers: list[int]) -> None:
        self._client.set_registered_model_tag(self._name, _PROMOTIONS, json.dumps(numbers))


class Tags:
    """The marks where only versions have tags."""

    def __init__(self, client: Any, name: str, found: Callable[[], list[Any]]) -> None:
        """Keep the marks of a registered model, whose versions a function finds."""
        self._client, self._name, self._found = client, name, found

    def aliases(self) -> dict[str, int]:
        """Return the number that each alias stands for: the champion's, there is no other."""
        return {CHAMPION: listed[-1]} if (listed := self.promotions()) else {}

    def promotions(self) -> list[int]:
        """Return the versions that were champion, the current one last."""
        return [version for _, version in sorted(self._turns())]

    def promote(self, number: int) -> None:
        """Make a version the champion."""
        turns = self._turns()
        self._tag(number, [turn for turn, of in turns if of == number] + [1 + _last(turns)])

    def restore(self) -> None:
        """Make the version before the champion the champion again; there is one."""
        turns = self._turns()
        last, number = max(turns)
        self._tag(number, [turn for turn, of in turns if of == number and turn != last])

    def _turns(self) -> list[tuple[int, int]]:
        """Return each promotion: its number, and its version's."""
        return [
            (turn, int(each.version))
            for each in self._found()
            for turn in _numbers(each.tags.get(PROMOTED))
        ]

    def _tag(self, number: int, turns: list[int]) -> None:
        told = json.dumps(sorted(turns)[-_MOST:])
        self._client.set_model_version_tag(self._name, str(number), PROMOTED, told)


def _last(turns: list[tuple[int, int]]) -> int:
    return max((turn for turn, _ in turns), default=0)


def _numbers(told: str | None) -> list[int]:
    """Return a tag's numbers; none where it was edited by hand to something else."""
    try:
        return [int(number) for number in json.loads(told or "[]")]
    except (TypeError, ValueError):
        return []
