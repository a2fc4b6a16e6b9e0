"""Connect to what `CLUSTER=…` names."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

from ..errors import ProjectError
from .pieces import Cluster, Here

_LOCAL = re.compile(r"local:([1-9][0-9]{0,2})")
_ADDRESS = re.compile(r"(?:tcp|tls|ws|wss)://\S+:[0-9]+")

KINDS = (
    "local:N for N processes of this machine, or the address of a Dask scheduler such as "
    "tcp://scheduler:8786 (tls://… where it asks for certificates); kubernetes is for scoring, and "
    "retraining there has deployment.retrain.workers"
)

_in_use: ContextVar[Cluster | None] = ContextVar("cluster", default=None)


def in_use() -> Cluster:
    """Return the cluster of the `using` around the call; without one, this process."""
    return _in_use.get() or Here()


@contextmanager
def using(cluster: str | Cluster) -> Iterator[Cluster]:
    """Let what asks for the cluster `in_use` have this one, or the one that `CLUSTER` names."""
    given = connected(cluster) if isinstance(cluster, str) else nullcontext(cluster)
    with given as found:
        token = _in_use.set(found)
        try:
            yield found
        finally:
            _in_use.reset(token)


@contextmanager
def connected(where: str) -> Iterator[Cluster]:
    """Connect to a cluster for a while; workers of this machine end with it.

    Args:
        where: The value of `CLUSTER`; empty for this process alone.

    Raises:
        ProjectError: It names none, Dask is not installed, or nobody answers there.
    """
    if not where:
        yield Here()
        return
    local = _LOCAL.fullmatch(where)
    if not local and not _ADDRESS.fullmatch(where):
        raise ProjectError(f"CLUSTER is '{where}'; it is {KINDS}.")
    try:
        from . import reached
    except ImportError as error:
        raise ProjectError(
            f"CLUSTER={where} needs {error.name}: `uv add --group train 'model-runtime[cluster]'` "
            "adds what a cluster takes."
        ) from error
    context = reached.local(int(local[1])) if local else reached.remote(where)
    with context as cluster:
        yield cluster
