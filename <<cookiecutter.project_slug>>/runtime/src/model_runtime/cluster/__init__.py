"""Work on pieces of data in this process, on several of this machine, or on a Dask cluster."""

from .connect import connected, in_use, using
from .pieces import Cluster, prepared

__all__ = ["Cluster", "connected", "in_use", "prepared", "using"]
