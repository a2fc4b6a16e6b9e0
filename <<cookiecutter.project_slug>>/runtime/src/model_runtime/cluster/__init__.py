"""Work on pieces of data in this process, on several of this machine, or on a Dask cluster."""

from .connect import connected, in_use, using
from .pieces import Cluster, Here, Started, WorkerLostError, prepared
from .spread import spread

__all__ = [
    "Cluster",
    "Here",
    "Started",
    "WorkerLostError",
    "connected",
    "in_use",
    "prepared",
    "spread",
    "using",
]
