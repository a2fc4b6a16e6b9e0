"""Rows that are cut in parts anywhere, for tests of random cuts."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from model_runtime.settings import Training
from model_runtime.training.data import Dataset
from model_runtime.training.parts.whole import Whole

ROWS = 300
CUTS = st.lists(st.integers(0, ROWS), max_size=5)
NUMBERS = st.floats(-1e9, 1e9) | st.just(float("nan"))
OPTIONS = Training()
few = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def whole_of(data: Dataset) -> Whole:
    """Return all rows of a data set in parts."""
    assert data.whole is not None
    return data.whole
