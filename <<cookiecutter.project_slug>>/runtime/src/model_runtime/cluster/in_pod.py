"""The two parts that pods of a job have: to lead, and to work.

Connections are encrypted where Dask's own settings ask for it; they are the same in all pods.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import dask
from distributed import Nanny, Scheduler
from distributed.comm import connect
from distributed.diagnostics.plugin import SchedulerPlugin
from distributed.security import Security

from ..counts import counted
from ..errors import ProjectError
from .idle import OF_OWN_WORKERS
from .pod import FAILED, Pod

PATIENCE_S = 600.0
"""Seconds in which pods come: images are pulled, and nodes added."""

LOST = 3
"""A worker's code where its scheduler has not said that it is done."""

WORKER_PORT, NANNY_PORT = 8788, 8789
"""Ports of a worker, and of the process that watches it; the chart's NetworkPolicy opens them."""

_TRY_S, _AGAIN_S = 10.0, 0.5
_NO_PAGES = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
_OF_ITS_MEMORY = 0.9  # the rest is for the process that watches


async def lead(pod: Pod, command: list[str]) -> int:
    """Run a command beside a scheduler, once the workers are there; they end with it.

    Raises:
        ProjectError: No worker comes.
    """
    logging.getLogger("distributed").setLevel(logging.WARNING)  # the command has the log
    where = urlsplit(pod.scheduler)
    arrivals = _Arrivals(pod.workers)
    options = {"host": pod.address, "port": where.port, "protocol": where.scheme, **_NO_PAGES}
    async with _scheduler(plugins=[arrivals], **options) as address:
        await _workers(arrivals)
        return FAILED if await _run(command, address) else 0


@asynccontextmanager
async def _scheduler(**options: Any) -> AsyncIterator[str]:
    """Run a scheduler that tells its workers at the end that it is done.

    Of an interruption it tells nothing: whom it has lost comes again, for the pod that follows.
    """
    scheduler = await Scheduler(**options)
    try:
        yield scheduler.address
    except Exception:
        await scheduler.close()
        raise
    await scheduler.close()


class _Arrivals(SchedulerPlugin):  # type: ignore[misc]
    """Counts workers as they come."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.there, self.complete = wanted, 0, asyncio.Event()

    def add_worker(self, scheduler: Scheduler, worker: str) -> None:
        """Count one: called by Dask."""
        self.there = len(scheduler.workers)
        if self.there >= self.wanted:
            self.complete.set()


async def _workers(arrivals: _Arrivals) -> None:
    """Wait for all workers, or be content with those that came in time."""
    try:
        await asyncio.wait_for(arrivals.complete.wait(), PATIENCE_S)
    except TimeoutError as error:
        late = f"Of {counted(arrivals.wanted, 'worker')} {arrivals.there} came in {PATIENCE_S:g} s"
        if not arrivals.there:
            raise ProjectError(
                f"{late}: see why by `kubectl describe` of the job's other pods."
            ) from error
        sys.stderr.write(f"{late}; those that come later join.\n")


async def _run(command: list[str], cluster: str) -> int:
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, "CLUSTER": cluster})
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise


class _Watched(Nanny):  # type: ignore[misc]
    """A worker's watcher that keeps why the worker has ended."""

    reason = ""

    def close_gracefully(self, reason: str = "") -> None:
        """Note the reason: called by the worker."""
        self.reason = reason
        super().close_gracefully(reason)


async def work(pod: Pod) -> int:
    """Work for the scheduler of index 0 until it is done: then 0, else `LOST`."""
    try:
        await _scheduler_there(pod.scheduler)
        dask.config.set(OF_OWN_WORKERS)
        async with _Watched(
            pod.scheduler,
            host=pod.address,
            port=NANNY_PORT,
            worker_port=WORKER_PORT,
            nthreads=pod.threads,
            memory_limit=_OF_ITS_MEMORY,
            **_NO_PAGES,
        ) as watched:
            await watched.finished()
            return 0 if watched.reason == "scheduler-close" else LOST
    except (OSError, RuntimeError) as error:
        sys.stderr.write(f"{pod.scheduler} does not answer: {error}\n")
        return LOST


async def _scheduler_there(address: str) -> None:
    """Wait until a scheduler answers; its name and what leads there come with its pod."""
    arguments = Security().get_connection_args("worker")
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            comm = await connect(address, timeout=_TRY_S, **arguments)
        except OSError:
            if time.monotonic() >= end:
                raise
            await asyncio.sleep(_AGAIN_S)
        else:
            await comm.close()
            return
