"""An event loop waits for as many rows as a model answers at once, measured where it serves."""

import time

import numpy as np
import pytest

from model_runtime.bundle.engines import Columns
from model_runtime.bundle.read import Bundle
from model_runtime.serving.pace import inline_rows
from model_runtime.tasks import Outputs


class Paced:
    """An engine that takes its time."""

    def __init__(self, most: int, seconds: float) -> None:
        self.inline_rows, self._seconds = most, seconds
        self.rows = 0

    def run(self, columns: Columns) -> Outputs:
        """See `Engine.run`."""
        time.sleep(self._seconds)
        self.rows = len(next(iter(columns.values())))
        return np.zeros((self.rows, 1))


@pytest.mark.parametrize(
    ("most", "seconds", "least", "greatest"),
    [(1_024, 0, 100, 1_024), (80, 0, 80, 80), (1_024, 0.004, 1, 16), (1_024, 0.1, 0, 0)],
)
def test_a_slow_model_answers_fewer_rows_in_the_loop(
    shop: Bundle, most: int, seconds: float, least: int, greatest: int
) -> None:
    assert least <= inline_rows(Paced(most, seconds), shop.schema) <= greatest


@pytest.mark.parametrize("most", [0, 1])
def test_a_model_that_always_is_slow_is_not_tried(shop: Bundle, most: int) -> None:
    engine = Paced(most, 0)
    assert inline_rows(engine, shop.schema) == most
    assert not engine.rows
