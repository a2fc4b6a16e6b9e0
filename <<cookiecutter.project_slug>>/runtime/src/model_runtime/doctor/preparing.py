"""Examine the Preprocessor: the same row has to become the same numbers, whatever is beside it."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..counts import counted
from ..errors import ProjectError
from ..features import Feature, Features
from ..place import place, returned
from ..preprocessing import MISSING_LABEL, BasePreprocessor
from ..progress import explained
from ..training.prepared import dense, prepare
from ..training.rows import Rows
from ..training.use_case import UseCase
from .finding import Finding, Findings, attempted

_LOOKED_AT = 50
_UNKNOWN = "Zyzzyva 42"


def preprocessor_of(use_case: UseCase, rows: Rows) -> Findings[BasePreprocessor | None]:
    """Fit a Preprocessor, and hold its `transform` against what serving needs."""
    preprocessor = use_case.preprocessor()
    before = rows.X.copy()
    prepared = yield from attempted("Preprocessor", prepare, preprocessor, rows)
    if not rows.X.equals(before):
        name = "Preprocessor.fit_transform"
        error = returned(name, preprocessor.fit_transform, "with X changed", "and leaves X alone")
        yield Finding("wrong", "Preprocessor", str(error))
        return None
    if prepared is None:
        return None
    problems = [*_problems(preprocessor, rows.X.head(_LOOKED_AT), use_case.features)]
    yield from problems
    if problems:
        return None
    features = counted(rows.X.shape[1], "feature becomes", "features become")
    said = f"{features} {counted(prepared.shape[1], 'column')}"
    yield Finding("fine", "Preprocessor", said)
    return preprocessor


def _problems(
    preprocessor: BasePreprocessor, X: pd.DataFrame, features: Features
) -> Iterator[Finding]:
    transform, given = preprocessor.transform, X.copy()
    found = dense(transform(given))
    wrong = []
    if not given.equals(X):
        wrong.append(("with X changed", "and leaves X alone (X = X.copy())"))
    elif not _same(dense(transform(X.copy())), found):
        wrong.append(("other values the second time", "the same values for the same rows"))
    elif not _same(dense(transform(X[::-1].copy()))[::-1], found):
        wrong.append(("the rows in another order", "them in the order of X"))
    for what, wanted in wrong:
        error = returned("Preprocessor.transform", transform, what, wanted)
        yield Finding("wrong", "Preprocessor", str(error))
    if not wrong:
        yield from _unfit(transform, X, features)


def _same(one: Any, other: Any) -> bool:
    if one.shape != other.shape:
        return False
    if one.dtype.kind in "fiub" and other.dtype.kind in "fiub":
        return bool(np.allclose(one, other, rtol=1e-7, atol=1e-9, equal_nan=True))
    return bool(np.array_equal(one, other))


def _unfit(
    transform: Callable[[pd.DataFrame], Any], X: pd.DataFrame, features: Features
) -> Iterator[Finding]:
    """Ask about values that no row had to have, and that a client may send."""
    for why, row in unusual(X, features):
        try:
            with explained("transform"):
                transform(row)
        except ProjectError as error:
            yield Finding(
                "wrong",
                "Preprocessor",
                f"Preprocessor.transform ({place(transform)}) fails {why}: "
                f"{_cause(error)}; a client may send that.",
            )


def unusual(X: pd.DataFrame, features: Features) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield rows as a client may send them, shape (1, features), and what is unusual about them.

    Args:
        X: Some rows, as training has them.
        features: features.yaml.
    """
    for feature in features.features:
        if feature.leaks:
            continue
        if feature.optional:
            missing: Any = np.nan if feature.numeric else MISSING_LABEL
            yield f"where '{feature.name}' is missing (optional: true)", _with(X, feature, missing)
        unseen = sorted(set(feature.labels or ()) - set(X[feature.name]))
        if unseen:
            said = f"for '{feature.name}': {unseen[0]!r}, a label that these rows do not have"
            yield said, _with(X, feature, unseen[0])
        if feature.type == "text" and not feature.misfit(_UNKNOWN):
            said = f"for '{feature.name}': {_UNKNOWN!r}, words that it has not seen"
            yield said, _with(X, feature, _UNKNOWN)


def _with(X: pd.DataFrame, feature: Feature, value: Any) -> pd.DataFrame:
    row = X.head(1).copy()
    row[feature.name] = pd.Series([value], index=row.index, dtype=X[feature.name].dtype)
    return row


def _cause(error: ProjectError) -> str:
    cause = error.__cause__
    return f"{type(cause).__name__}: {cause}".strip().split("\n")[0][:200] if cause else str(error)
