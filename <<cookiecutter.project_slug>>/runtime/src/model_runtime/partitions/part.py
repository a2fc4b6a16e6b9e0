"""A part of the data: so many rows that a process can hold a few of them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Part(ABC):
    """Rows that can be read again and again, here or in a worker, to which the part travels.

    Attributes:
        name: Of what they are in, a path for instance.
        start: The number of the first row among all, from 0.
        rows: How many there are.
        first_row: The number of the first row in what has the name.
    """

    name: str
    start: int
    rows: int
    first_row: int

    @abstractmethod
    def read(self) -> pd.DataFrame:
        """Return its rows.

        Raises:
            ProjectError: They can't be read.
        """
