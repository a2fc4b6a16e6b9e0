"""The rows as the estimator learns from them, and what a Preprocessor has to keep."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..counts import counted
from ..place import returned
from ..preprocessing import BasePreprocessor
from .rows import Rows

_AMONG, _ALONE = 50, 3
"""The numbers of rows that are prepared together, and of these alone, to compare the two."""


def prepare(preprocessor: BasePreprocessor, rows: Rows) -> Any:
    """Fit a Preprocessor and return what the estimator learns from.

    Raises:
        ProjectError: A row is missing, or has other values alone than among others.
    """
    prepared = preprocessor.fit_transform(rows.X, rows.y)
    _check_rows(preprocessor, prepared, len(rows.X))
    X = rows.X.iloc[:_AMONG]
    among = preprocessor.transform(X)
    _check_rows(preprocessor, among, len(X))
    for row in range(min(_ALONE, len(X))):
        alone = preprocessor.transform(X.iloc[[row]])
        _check_rows(preprocessor, alone, 1)
        if not _alike(dense(alone), dense(among)[[row]], prepared.shape[1]):
            found = (
                f"other values or columns for row {row} alone than among {counted(len(X), 'row')}"
            )
            wanted = "what depends on that row and on what fit has learned"
            raise returned("Preprocessor.transform", preprocessor.transform, found, wanted)
    return prepared


def _check_rows(preprocessor: BasePreprocessor, prepared: Any, n_rows: int) -> None:
    shape = getattr(prepared, "shape", None)
    if shape is not None and len(shape) == 2 and shape[0] == n_rows:
        return
    found = f"{type(prepared).__name__}" if shape is None else f"an array of shape {shape}"
    wanted = f"{counted(n_rows, 'row')} for {counted(n_rows, 'row')}, as an array of two dimensions"
    raise returned("Preprocessor.transform", preprocessor.transform, found, wanted)


def dense(prepared: Any) -> npt.NDArray[Any]:
    """Return prepared rows as an array, whatever a transformer has made of them."""
    if hasattr(prepared, "toarray"):  # sparse
        return np.asarray(prepared.toarray())
    return prepared.to_numpy() if isinstance(prepared, pd.DataFrame) else np.asarray(prepared)


def _alike(alone: npt.NDArray[Any], among: npt.NDArray[Any], width: int) -> bool:
    if not alone.shape[1] == among.shape[1] == width:
        return False
    if alone.dtype.kind in "fiub" and among.dtype.kind in "fiub":
        return bool(np.allclose(alone, among, rtol=1e-7, atol=1e-9, equal_nan=True))
    return bool(np.array_equal(alone, among))
