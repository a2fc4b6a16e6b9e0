"""A release's revisions: the one that runs, and those that ran before it."""

import json
import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from .helm import Helm, HelmError

_MOST = "50"


@dataclass(frozen=True)
class Revision:
    """A revision of a release, as Helm keeps it."""

    number: int
    status: str
    description: str
    chart: str
    """Its chart's name and version, with a dash between."""

    @property
    def pending(self) -> bool:
        """True while it is under way, and for ever where that was cut off."""
        return self.status.startswith("pending-")

    @property
    def ran(self) -> bool:
        """True for one that was deployed; a failed one may be called superseded, too."""
        return self.status == "superseded" and '" failed: ' not in self.description

    @property
    def source(self) -> int | None:
        """The revision that this one went back to."""
        again = re.fullmatch(r"Rollback to (\d+)", self.description)
        return int(again[1]) if again else None


class History:
    """The revisions of a release, oldest first."""

    def __init__(self, helm: Helm, release: str, *, apart: bool = False) -> None:
        """Ask for them; a release that isn't there has none.

        Args:
            helm: Helm in the release's namespace.
            release: The release's name.
            apart: Let nothing interrupt it.
        """
        self._ask, self._release = partial(helm.ask, apart=apart), release
        try:
            listed = self._ask("history", release, "--max", _MOST, "--output", "json")
        except HelmError as error:
            if "release: not found" not in error.said:
                raise
            listed = "[]"
        found = [_revision(each) for each in json.loads(listed)]
        self.revisions = sorted(found, key=lambda revision: revision.number)

    @property
    def last(self) -> Revision | None:
        """The newest, whatever became of it."""
        return self.revisions[-1] if self.revisions else None

    @property
    def next(self) -> int:
        """The number that Helm gives the next one."""
        return (self.last.number if self.last else 0) + 1

    def running(self) -> int | None:
        """Return the revision that runs: the one that is deployed, or else the last that was."""
        deployed = [each.number for each in self.revisions if each.status == "deployed"]
        return deployed[-1] if deployed else self._proven_before(None)

    def before(self) -> int | None:
        """Return the revision that ran before the present one; one that failed never ran."""
        running = self.running()
        if self.last and self.last.status != "deployed":  # failed or cut off: back to what runs
            return running
        return self._proven_before(running and self._origin(running))

    def _origin(self, number: int) -> int:
        """Return the revision that one has gone back to, over however many steps."""
        sources = {each.number: each.source for each in self.revisions}
        while source := sources.get(number):
            number = source
        return number

    def _proven_before(self, number: int | None) -> int | None:
        """Return the last revision before one, or of all, that was deployed and passed its test."""
        for each in reversed(self.revisions):
            earlier = number is None or each.number < number
            if earlier and each.ran and self._passed(each.number):
                return each.number
        return None

    def _passed(self, number: int) -> bool:
        """Tell whether no test of a revision has failed."""
        words = ("--revision", str(number), "--output", "json")
        hooks = json.loads(self._ask("status", self._release, *words)).get("hooks") or []
        tests = [hook for hook in hooks if "test" in hook.get("events", [])]
        return all((hook.get("last_run") or {}).get("phase") != "Failed" for hook in tests)


def _revision(entry: dict[str, Any]) -> Revision:
    texts = (entry.get(name, "") for name in ("description", "chart"))
    return Revision(int(entry["revision"]), entry["status"], *texts)
