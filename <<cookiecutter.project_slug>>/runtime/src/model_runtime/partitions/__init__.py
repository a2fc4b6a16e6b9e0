"""The data of `DataLoader.load_partitions`, as parts that can be read one by one."""

from .found import first_rows, parts_of
from .part import Part

__all__ = ["Part", "first_rows", "parts_of"]
