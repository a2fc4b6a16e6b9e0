"""Rows on which a compiled model could differ from scikit-learn: of all that requests may hold."""

from typing import Any

import numpy as np
import pandas as pd

from ..bundle.schema import Schema
from ..features import Feature
from .domains import Decimals, Numbers, Random, domain

_MISSING_SHARE = 0.3
_MOST_EXTREMES = 1_000


def proof_rows(
    schema: Schema, X_train: pd.DataFrame, X_test: pd.DataFrame, at_least: int, seed: int
) -> dict[str, pd.DataFrame]:
    """Return named groups of rows; the last, of random ones, has as many as asked.

    - `hold_out`: the rows that the metrics were measured on, or as many of them as is enough.
    - `thresholds`: each number at the middle of two neighbouring training values, where trees
      split, and a few single-precision steps to its sides; the rest of the row is random.
    - `missing`: random rows with optional features left out.
    - `unseen`: random rows with labels that a request may have and no training row has.
    - `extremes`: random rows with one feature at an end of its domain, see `Domain.extremes`.
    - `wide`: each number anywhere within its bounds, which may be far from the training rows.
    - `random`: each number where the training rows lie, each label as likely, texts of all of
      Unicode.

    Args:
        schema: The bundle's schema.
        X_train: The rows that the model learned from.
        X_test: The rows held out.
        at_least: How many random rows; a quarter as many, or fewer, are in each other group.
        seed: For the random rows.
    """
    random = np.random.default_rng(seed)
    share = at_least // 4
    groups = {
        "hold_out": X_test.head(at_least),  # all of a large one would say no more, and take hours
        "thresholds": _at_thresholds(schema, X_train, share, random),
        "missing": _with_missing(schema, X_train, share, random),
        "unseen": _with_unseen(schema, X_train, share, random),
        "extremes": _at_extremes(schema, X_train, min(share, _MOST_EXTREMES), random),
        "wide": _random(schema, X_train, share * _bounded(schema), random, wide=True),
    }
    groups = {name: rows for name, rows in groups.items() if len(rows)}
    return groups | {"random": _random(schema, X_train, at_least, random)}


def _bounded(schema: Schema) -> bool:
    return any(bound is not None for each in schema.features for bound in each.bounds)


def _random(
    schema: Schema, X: pd.DataFrame, n: int, random: Random, wide: bool = False
) -> pd.DataFrame:
    drawn = {
        each.name: domain(each).draw(X[each.name], n, random, wide) for each in schema.features
    }
    return pd.DataFrame({name: pd.Series(each, dtype=each.dtype) for name, each in drawn.items()})


def _at_thresholds(schema: Schema, X: pd.DataFrame, n: int, random: Random) -> pd.DataFrame:
    seen = [domain(each) for each in schema.features if X[each.name].notna().any()]
    numbers = [each for each in seen if isinstance(each, Decimals)]
    if not numbers:
        return X.iloc[:0]
    rows = _random(schema, X, n, random)
    for start, number in enumerate(numbers):
        name, mine = number.feature.name, np.arange(start, n, len(numbers))
        middles = _middles(np.unique(X[name].dropna()))
        steps = 1 + random.integers(-2, 3, len(mine)) * float(np.finfo(np.float32).eps)
        with np.errstate(over="ignore"):
            near = np.nan_to_num(random.choice(middles, len(mine)) * steps)
        # Of an integer's middle both neighbours, of which none is the middle itself.
        near += random.integers(0, 2, len(mine)) if number.step else 0
        rows.loc[mine, name] = number.allowed(near)
    return rows


def _middles(values: Numbers) -> Numbers:
    # Halved first, for a sum may be larger than any number.
    return values[:-1] / 2 + values[1:] / 2 if len(values) > 1 else values


def _with_missing(schema: Schema, X: pd.DataFrame, n: int, random: Random) -> pd.DataFrame:
    optional = [feature for feature in schema.features if feature.optional]
    if not optional:
        return X.iloc[:0]
    rows = _random(schema, X, n, random)
    for feature in optional:
        missing = random.random(n) < _MISSING_SHARE
        missing[: n // 100] = True  # rows with nothing but what has to be there
        rows.loc[missing, feature.name] = feature.rule.missing
    return rows


def _with_unseen(schema: Schema, X: pd.DataFrame, n: int, random: Random) -> pd.DataFrame:
    new = {each.name: sorted({*(each.labels or [])} - {*X[each.name]}) for each in schema.features}
    new = {name: labels for name, labels in new.items() if labels}
    if not new:
        return X.iloc[:0]
    rows = _random(schema, X, n, random)
    for name, labels in new.items():
        mine = np.flatnonzero(random.random(n) < _MISSING_SHARE)
        rows.loc[mine, name] = random.choice(np.array(labels, dtype=object), len(mine))
    return rows


def _at_extremes(schema: Schema, X: pd.DataFrame, most: int, random: Random) -> pd.DataFrame:
    pairs = [(each.name, value) for each in schema.features for value in _ends(each, X[each.name])]
    chosen = random.permutation(len(pairs))[:most]
    rows = _random(schema, X, len(chosen), random)
    for row, pair in enumerate(chosen):
        name, value = pairs[pair]
        rows.loc[row, name] = value
    return rows


def _ends(feature: Feature, seen: "pd.Series[Any]") -> list[Any]:
    return [*domain(feature).extremes(seen), *([feature.rule.missing] if feature.optional else [])]
