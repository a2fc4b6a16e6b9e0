"""Revisions of a release: the one that runs, and the one to go back to."""

import json
from typing import cast

import pytest

from model_runtime.delivery.helm import Helm, HelmError
from model_runtime.delivery.history import History

Row = tuple[str, str]

RUNS = ("deployed", "Upgrade complete")
RAN = ("superseded", "Upgrade complete")
FAILED = ("failed", 'Upgrade "m" failed: timed out')
FAILED_AND_LEFT = ("superseded", 'Upgrade "m" failed: timed out')
NOT_TAKEN_BACK = ("failed", 'Rollback "m" failed: timed out')
CUT_OFF = ("pending-upgrade", "Preparing upgrade")


def back(to: int, status: str = "deployed") -> Row:
    return (status, f"Rollback to {to}")


HISTORIES: dict[str, tuple[list[Row], set[int], int | None, int | None]] = {
    "none": ([], set(), None, None),
    "first": ([RUNS], set(), 1, None),
    "two": ([RAN, RUNS], set(), 2, 1),
    "gone back": ([RAN, RAN, back(1)], set(), 3, None),
    "failed, taken back": ([RAN, RAN, FAILED, back(2)], set(), 4, 1),
    "back to a revision that had gone back": (
        [RAN, RAN, back(1, "superseded"), RAN, back(3)],
        {2},
        5,
        None,
    ),
    "test failed, taken back": ([RAN, RAN, back(1)], {2}, 3, None),
    "and another": ([RAN, RAN, back(1, "superseded"), RUNS], {2}, 4, 3),
    "test failed, not taken back, another": ([RAN, RAN, NOT_TAKEN_BACK, RUNS], {2}, 4, 1),
    "test failed, not taken back": ([RAN, RAN, NOT_TAKEN_BACK], {2}, 1, 1),
    "failed, not taken back": ([RUNS, FAILED_AND_LEFT, NOT_TAKEN_BACK], set(), 1, 1),
    "failed, not taken back, another": (
        [RAN, FAILED_AND_LEFT, NOT_TAKEN_BACK, RUNS],
        set(),
        4,
        1,
    ),
    "cut off": ([RUNS, CUT_OFF], set(), 1, 1),
    "cut off at first": ([CUT_OFF], set(), None, None),
}
"""Rows of `helm history`, revisions whose test failed, the one that runs, and the one before."""


class Kept:
    """Helm, as it answers of a release with these revisions."""

    def __init__(self, rows: list[Row], failed: set[int]) -> None:
        self._rows, self._failed = rows, failed

    def ask(self, *arguments: str, apart: bool = False) -> str:
        if not self._rows:
            raise HelmError("history", "Error: release: not found")
        if arguments[0] == "history":
            rows = enumerate(self._rows, start=1)
            return json.dumps(
                [{"revision": n, "status": status, "description": d} for n, (status, d) in rows]
            )
        number = int(arguments[arguments.index("--revision") + 1])
        phase = "Failed" if number in self._failed else "Succeeded"
        hooks = [{"events": ["test"], "last_run": {"phase": phase}}, {"events": ["pre-install"]}]
        return json.dumps({"hooks": hooks})


@pytest.mark.parametrize("name", HISTORIES)
def test_the_revision_to_go_back_to_is_one_that_ran(name: str) -> None:
    rows, failed, running, before = HISTORIES[name]
    history = History(cast("Helm", Kept(rows, failed)), "m")
    assert (history.running(), history.before()) == (running, before)
