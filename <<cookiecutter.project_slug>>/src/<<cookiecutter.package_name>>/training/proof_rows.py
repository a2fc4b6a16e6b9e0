"""Rows on which a compiled model could differ from scikit-learn."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..bundle.schema import Schema
from ..features import Feature
from ..preprocessing import MISSING_LABEL

UNSEEN = "a label that training has not seen"
_MISSING_SHARE = 0.3
_ODD_TEXTS = ("İstanbul ÄÖÜß naïve", "don't stop-me_now 3.14", "价格 цена", "a\tb\nc", "!?")

Random = np.random.Generator


def proof_rows(
    schema: Schema, X_train: pd.DataFrame, X_test: pd.DataFrame, at_least: int, seed: int
) -> dict[str, pd.DataFrame]:
    """Return named groups of rows; the last, of random ones, has as many as asked.

    - `hold_out`: the rows that the metrics were measured on.
    - `thresholds`: each number at the middle of two neighbouring training values, where trees
      split, and a few single-precision steps to its sides; the rest of the row is random.
    - `missing`: random rows with optional features left out.
    - `unseen`: random rows with labels that training has not seen.
    - `random`: each number within its bounds, each label as likely.

    Args:
        schema: The bundle's schema.
        X_train: The rows that the model learned from.
        X_test: The rows held out.
        at_least: How many random rows; a quarter of them in each of the other groups.
        seed: For the random rows.
    """
    random = np.random.default_rng(seed)
    share = at_least // 4
    groups = {
        "hold_out": X_test,
        "thresholds": _at_thresholds(schema, X_train, share, random),
        "missing": _with_missing(schema, _random(schema, X_train, share, random), random),
        "unseen": _with_unseen(schema, _random(schema, X_train, share, random), random),
    }
    groups = {name: rows for name, rows in groups.items() if len(rows)}
    return groups | {"random": _random(schema, X_train, at_least, random)}


def _random(schema: Schema, X: pd.DataFrame, n: int, random: Random) -> pd.DataFrame:
    return pd.DataFrame(
        {feature.name: _draw(feature, X[feature.name], n, random) for feature in schema.features}
    )


def _draw(feature: Feature, seen: "pd.Series[Any]", n: int, random: Random) -> npt.NDArray[Any]:
    if feature.type == "text":
        texts = [*seen, *(text.upper() for text in seen), *_ODD_TEXTS]
        return random.choice(np.array(texts, dtype=object), n)
    if not feature.numeric:
        return random.choice(np.array(feature.labels or list(seen), dtype=object), n)
    if feature.type == "boolean":
        return random.integers(0, 2, n).astype(float)
    low = seen.min() if feature.min is None else feature.min
    high = seen.max() if feature.max is None else feature.max
    if feature.type == "integer":
        return np.floor(random.uniform(low, np.nextafter(high + 1, low), n))
    # Half within the bounds, half where the training rows lie: bounds may be far wider.
    wide = random.uniform(low, high, n)
    return np.where(random.random(n) < 0.5, wide, random.uniform(seen.min(), seen.max(), n))


def _at_thresholds(schema: Schema, X: pd.DataFrame, n: int, random: Random) -> pd.DataFrame:
    numbers = [feature.name for feature in schema.features if feature.type in ("number", "integer")]
    if not numbers:
        return X.iloc[:0]
    rows = _random(schema, X, n, random)
    for start, name in enumerate(numbers):
        values = np.unique(X[name].dropna())
        middles = (values[:-1] + values[1:]) / 2 if len(values) > 1 else values
        mine = np.arange(start, n, len(numbers))
        steps = 1 + random.integers(-2, 3, len(mine)) * float(np.finfo(np.float32).eps)
        rows.loc[mine, name] = random.choice(middles, len(mine)) * steps
    return rows


def _with_missing(schema: Schema, rows: pd.DataFrame, random: Random) -> pd.DataFrame:
    optional = [feature for feature in schema.features if feature.optional]
    if not optional:
        return rows.iloc[:0]
    for feature in optional:
        missing = random.random(len(rows)) < _MISSING_SHARE
        rows.loc[missing, feature.name] = np.nan if feature.numeric else MISSING_LABEL
    return rows


def _with_unseen(schema: Schema, rows: pd.DataFrame, random: Random) -> pd.DataFrame:
    categories = [feature for feature in schema.features if feature.type == "category"]
    if not categories:
        return rows.iloc[:0]
    for feature in categories:
        rows.loc[random.random(len(rows)) < _MISSING_SHARE, feature.name] = UNSEEN
    return rows
