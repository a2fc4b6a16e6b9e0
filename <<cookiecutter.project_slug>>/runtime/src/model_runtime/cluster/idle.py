"""Tell a cluster that nobody works in any more from one that takes long.

Dask lets a worker begin nothing while its process has more than a share of its memory, and waits
for it without a word: https://distributed.dask.org/en/stable/worker-memory.html. What takes this
memory is often not the work but what Python and its libraries keep, and that stays.
"""

import time
from collections.abc import Collection, Mapping
from typing import Any

from distributed import Client

from ..errors import ProjectError

KEPT_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": 32 * 2**20,
    "MALLOC_MMAP_THRESHOLD_": 4 * 2**20,
}
"""Bytes, in the environment of workers, that malloc keeps for what comes next.

By Dask's own setting, 64 KiB, each array goes back to the system, which clears it for the next one:
that took a third of the time. See malloc(3).
"""

OF_OWN_WORKERS = {
    "distributed.worker.memory.pause": False,
    **{f"distributed.nanny.pre-spawn-environ.{name}": each for name, each in KEPT_MEMORY.items()},
}
"""Dask's settings of workers that are started here: they go on, or are ended for their memory."""

PAUSED_S, ABSENT_S = 60.0, 600.0
"""Seconds for which workers may be paused, or none be there: nodes are added meanwhile."""

_EVERY_S = 5.0


class Idle:
    """Looks now and then whether anybody works."""

    def __init__(self, client: Client, where: str) -> None:
        """Look at a cluster, by its client; messages say where it is."""
        self._client, self._where = client, where
        self._looked, self._since, self._there = -_EVERY_S, time.monotonic(), True

    def check(self, places: Collection[str] | None = None) -> None:
        """Look, unless that was just now, and see that somebody works or is about to.

        Args:
            places: The workers that still have to work, each of them; without, one of all is
                enough.

        Raises:
            ProjectError: Nobody has for long.
        """
        now = time.monotonic()
        if now - self._looked < _EVERY_S:
            return
        if now - self._looked > 2 * _EVERY_S:  # what was before is not known
            self._since = now
        self._looked = now
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        asked = workers if places is None else {each: workers.get(each, {}) for each in places}
        paused = [place for place, worker in asked.items() if _is_paused(worker)]
        there, self._there = self._there, bool(asked)
        if len(paused) < (1 if places else len(asked)) or there != self._there:
            self._since = now
        elif now - self._since > (PAUSED_S if asked else ABSENT_S):
            raise ProjectError(idleness(self._where, asked, now - self._since))


def idleness(where: str, workers: Mapping[str, Any], seconds: float) -> str:
    """Say why nobody works in a cluster, and what to do.

    Args:
        where: Its address.
        workers: Those that its scheduler tells of, by address.
        seconds: For how long.
    """
    paused = [place for place, worker in workers.items() if _is_paused(worker)]
    if not paused:
        return (
            f"CLUSTER={where} has had no worker for {seconds:.0f} s; start some in the project's "
            f"environment: `dask worker {where}`."
        )
    place, worker = paused[0], workers[paused[0]]
    used, limit = worker["metrics"]["memory"] / 2**20, worker["memory_limit"] / 2**20
    return (
        f"CLUSTER={where}: for {seconds:.0f} s Dask has paused what has to work, e.g. {place}, "
        f"which uses {used:,.0f} of its {limit:,.0f} MiB. Start workers with more memory "
        "(--memory-limit), or make the pieces of data smaller."
    )


def _is_paused(worker: Mapping[str, Any]) -> bool:
    """Tell whether a worker begins nothing, and has nothing under way either."""
    counts = worker.get("metrics", {}).get("task_counts", {})
    return worker.get("status") == "paused" and not counts.get("executing")
