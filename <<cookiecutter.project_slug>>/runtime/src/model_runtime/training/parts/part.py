"""A part of the data: so many rows that a process can hold a few of them."""

from abc import ABC, abstractmethod

import pandas as pd


class Part(ABC):
    """Rows that can be read again and again, here or in a worker, to which the part travels.

    `start` is the number of its first row among all, from 0, and `rows` how many it has.
    """

    start: int
    rows: int

    @property
    @abstractmethod
    def name(self) -> str:
        """What people know it by: its path, for instance."""

    @property
    def first_row(self) -> int:
        """The place of its first row in what has the name."""
        return 0

    @abstractmethod
    def read(self) -> pd.DataFrame:
        """Return its rows.

        Raises:
            ProjectError: They can't be read.
        """
