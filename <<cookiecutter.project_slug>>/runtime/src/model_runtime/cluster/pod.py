"""A pod of a job with workers: `python -m model_runtime.cluster.pod COMMAND …`.

All pods of an Indexed Job are alike. That of index 0 runs a scheduler and, with its address as
`CLUSTER`, the command; the others work for it until it is done.
https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
"""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ProjectError

FAILED = 42
"""The code by which index 0 says that the whole job has failed; the chart's job knows it."""


@dataclass(frozen=True)
class Pod:
    """A pod's place in its job, by its environment."""

    index: int
    failures: int
    """Pods of this index that have failed before it."""
    workers: int
    threads: int
    address: str
    """Its own."""
    scheduler: str
    """That of index 0, by its stable name."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Pod":
        """Read it; the chart's job sets all of these variables.

        Raises:
            ProjectError: One is missing or no number.
        """
        try:
            return cls(
                index=int(environment["JOB_COMPLETION_INDEX"]),
                failures=int(environment["CLUSTER_FAILURES"] or 0),
                workers=int(environment["CLUSTER_WORKERS"]),
                threads=int(environment["CLUSTER_THREADS"]),
                address=environment["CLUSTER_ADDRESS"],
                scheduler=environment["CLUSTER_SCHEDULER"],
            )
        except (KeyError, ValueError) as error:
            raise ProjectError(
                f"This runs in a pod of the chart's jobs, whose environment says more ({error})."
            ) from error


def main() -> int:
    """Return the pod's exit code: 0, `FAILED`, or one by which its index is started anew."""
    try:
        return asyncio.run(_interruptible(_part(Pod.of(os.environ), sys.argv[1:])))
    except ProjectError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    except asyncio.CancelledError:
        return 128 + signal.SIGTERM


def _part(pod: Pod, command: list[str]) -> Coroutine[Any, Any, int]:
    try:
        from . import in_pod
    except ImportError as error:
        raise ProjectError(
            f"A job with workers needs {error.name}, which this image lacks: `uv add --group train "
            "'model-runtime[cluster]'`, then make and push the image anew (make image-ci push-ci)."
        ) from error
    if pod.index:
        return in_pod.work(pod)
    if pod.failures:
        raise ProjectError(
            "The pod before this one was ended from outside, most likely for the memory that it "
            "took; the job is not tried again."
        )
    return in_pod.lead(pod, command)


async def _interruptible(part: Coroutine[Any, Any, int]) -> int:
    """Let a signal to end cancel what is done: as the pod's first process it would ignore it."""
    task = asyncio.ensure_future(part)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task


if __name__ == "__main__":
    sys.exit(main())
