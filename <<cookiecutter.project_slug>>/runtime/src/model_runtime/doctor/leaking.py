"""Look for features that tell the target, which nobody knows before the event."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from ..features import Features
from ..profiling.predicting import predicted
from ..training.rows import Rows
from ..training.split import draw
from .finding import Finding

TOLD = 0.98
"""Share of what there is to tell (see `predicted`) from which a single feature is suspect."""

MOST_ROWS = 5_000
"""Rows that are looked at, each drawn as often as it stands for."""

_LEAST_ROWS = 30


def leaking(features: Features, frame: pd.DataFrame, rows: Rows) -> Iterator[Finding]:
    """Say which feature alone predicts the target, and whether the ID does.

    Args:
        features: features.yaml.
        frame: The data, as loaded.
        rows: The same rows, as the Preprocessor parts them.
    """
    kept = draw(rows, MOST_ROWS, 0)
    if len(kept) < _LEAST_ROWS:
        return
    frame, rows = frame.iloc[kept], replace(rows.take(kept), weight=None)
    classes = features.task == "classification"
    for feature in features.features:
        if feature.leaks or feature.type == "text":
            continue
        share = predicted(rows.X[feature.name], rows.y, classes)
        if share >= TOLD:
            yield Finding(
                "look",
                "leaks",
                f"'{feature.name}' alone tells {share:.1%} of the target in these rows. If it is "
                "known only after the event, say `leaks: true` in features.yaml.",
            )
    if features.id in frame and predicted(frame[features.id], rows.y, classes) >= TOLD:
        yield Finding(
            "look",
            "leaks",
            f"The ID '{features.id}' orders the target: rows of one answer follow each other. It "
            "is no feature, and must not become one; a part of the rows that is cut off in "
            "this order (n_rows, a sample) has not all answers.",
        )
