"""Work on pieces of data in this process, on several of this machine, or on a Dask cluster."""

from .connect import connected
from .pieces import Cluster, Here, Started, prepared

__all__ = ["Cluster", "Here", "Started", "connected", "prepared"]
