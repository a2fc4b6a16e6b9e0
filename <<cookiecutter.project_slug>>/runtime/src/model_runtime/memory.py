"""The memory that prepared rows will need, held against what the machine has left."""

from collections.abc import Collection
from typing import Any

import pandas as pd

from .counts import counted
from .errors import ProjectError
from .free_memory import free_memory
from .prepared_columns import estimate, label_counts

COPIES = 2.5
"""Copies of the prepared rows held at once: in parts, joined, and in part by the estimator."""

_SAFE = 50
"""The share of free memory below which a column for each label and word needs no trial."""

_NAMED = 5


def check_memory(
    transformer: Any, X: pd.DataFrame, y: Any, texts: Collection[str], free: float | None = None
) -> None:
    """Refuse rows that would not fit into memory once they are prepared.

    Args:
        transformer: Unfitted; what it would make of the rows is estimated, not made.
        X: The rows to learn from.
        y: Their target, if there is one.
        texts: The columns that are texts; other columns of strings are labels.
        free: Bytes that may be used; left out, those that the machine has.

    Raises:
        ProjectError: They would not fit; the message names the features that cost the most.
    """
    free = free_memory() if free is None else free
    counts = label_counts(X, texts)
    if len(X) * sum(counts.values()) * 8 * COPIES * _SAFE < free:
        return
    columns = estimate(transformer, X, y, texts, counts)
    needed = len(X) * sum(columns.values()) * 8 * COPIES
    if needed > free:
        raise ProjectError(_refusal(columns, len(X), needed, free))


def _refusal(columns: dict[str, float], rows: int, needed: float, free: float) -> str:
    ranked = sorted(columns, key=lambda name: -columns[name])[:_NAMED]
    most = ", ".join(f"'{name}' ({columns[name]:,.0f})" for name in ranked)
    return (
        f"The prepared rows would need about {needed / 2**30:.1f} GiB of memory, and "
        f"{free / 2**30:.1f} GiB are free: {counted(rows, 'row')} by "
        f"{sum(columns.values()):,.0f} columns of 8 bytes, {COPIES} times. Most columns come "
        f"of {most}. Encode those in fewer columns (one_hot_labels or build_transformer in "
        "use_case/preprocessor.py), take them out of features.yaml, load fewer rows "
        "in DataLoader.load_data, or train where there is more memory."
    )
