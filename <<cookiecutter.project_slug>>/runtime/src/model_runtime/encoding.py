"""The choice of how each category and text becomes columns of numbers."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import KFold
from sklearn.preprocessing import OneHotEncoder, TargetEncoder

from .features import Feature, Features
from .tasks import TASKS

LABEL_CELLS = 50_000_000
"""Rows times columns that all labels with a column of their own may take together: 400 MB."""

TEXT_CELLS = 100_000_000
"""Rows times columns that all texts may take together: 800 MB."""

LEAST_COLUMNS = 5
"""Columns that a category with many labels may take in any case."""

MOST_WORDS = 10_000
"""Columns that a text may take in a small table; a service holds them for each of its rows."""

Branch = tuple[str, Any, list[str] | str]
"""A part of a ColumnTransformer: name, unfitted transformer, columns."""


@dataclass(frozen=True)
class Encodings:
    """The way of each category and text that does not just give each label or word a column.

    - `frequent`: a column for each of the labels given, none for the others
    - `target`: the mean of the target among the label's rows (`TargetEncoder`, cross-fitted); of
      more than two classes a column for each
    - `words`: how many of the text's most frequent words have a column
    """

    frequent: dict[str, list[str]] = field(default_factory=dict)
    target: list[str] = field(default_factory=list)
    target_type: str = "auto"
    words: dict[str, int] = field(default_factory=dict)

    def branches(self, features: list[Feature]) -> list[Branch]:
        """Return the parts of a ColumnTransformer that encode these features so.

        A category or text that nothing was chosen for gives each label or word a column.
        """
        labels = [feature.name for feature in features if feature.type == "category"]
        texts = [feature.name for feature in features if feature.type == "text"]
        frequent = {name: self.frequent[name] for name in labels if name in self.frequent}
        target = [name for name in labels if name in self.target]
        plain = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        given = OneHotEncoder(
            categories=[np.array(kept, dtype=object) for kept in frequent.values()],
            handle_unknown="ignore",
            sparse_output=False,
        )
        # Folds of its own, so that the same rows give the same encoding wherever it is fitted.
        folds = KFold(5, shuffle=True, random_state=0)
        mean = TargetEncoder(target_type=self.target_type, cv=folds)
        found: list[Branch] = [
            ("labels", plain, [name for name in labels if name not in {*frequent, *target}]),
            ("frequent_labels", given, list(frequent)),
            ("many_labels", mean, target),
        ]
        words = {name: TfidfVectorizer(max_features=self.words.get(name)) for name in texts}
        found += [(f"text_{name}", vectorizer, name) for name, vectorizer in words.items()]
        return [branch for branch in found if branch[2]]


def choose_encodings(
    features: Features, learned: list[Feature], X: pd.DataFrame, y: Any, one_hot_labels: int
) -> Encodings:
    """Choose by the number of labels, of rows and of classes.

    Few labels get a column each, as long as all these columns stay within `LABEL_CELLS`; the
    labels of the other categories become the target's mean. Where that can't be had (no target;
    weighted rows, of which the encoder would count each once; more classes than the columns that
    a category may take), the most frequent labels get a column each.

    Args:
        features: features.yaml.
        learned: Those of its features that the model learns from.
        X: The rows to learn from.
        y: Their encoded target, if there is one.
        one_hot_labels: How many labels of a category may have a column each.
    """
    present = [feature for feature in learned if feature.name in X]
    labels = {f.name: X[f.name].value_counts() for f in present if f.type == "category"}
    texts = [feature.name for feature in present if feature.type == "text"]
    words = TEXT_CELLS // max(1, len(X))
    room = max(one_hot_labels, LABEL_CELLS // max(1, len(X)))
    few, left = _with_few(labels, one_hot_labels, room)
    many = [name for name in labels if name not in few]
    share = min(one_hot_labels, max(LEAST_COLUMNS, left // max(1, len(many))))
    has_classes = TASKS[features.task].has_classes
    classes = 1 if y is None or not has_classes else pd.Series(y).nunique()
    # Of two classes one column says all.
    by_mean = y is not None and features.weight is None and (classes <= 2 or classes <= share)
    return Encodings(
        frequent={} if by_mean else {name: _frequent(labels[name], share) for name in many},
        target=many if by_mean else [],
        target_type=_target_type(has_classes, classes),
        words=dict.fromkeys(texts, min(MOST_WORDS, max(1, words // max(1, len(texts))))),
    )


def _with_few(labels: dict[str, "pd.Series[int]"], most: int, room: int) -> tuple[set[str], int]:
    """Return the categories whose labels get a column each, those with the fewest labels first.

    And how many columns are left of the room.
    """
    few: set[str] = set()
    for name in sorted(labels, key=lambda name: len(labels[name])):
        if len(labels[name]) > min(most, room):
            break
        few.add(name)
        room -= len(labels[name])
    return few, room


def _frequent(counts: "pd.Series[int]", most: int) -> list[str]:
    """Return the labels with the most rows, in alphabetical order; of equal ones the first."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return sorted(str(label) for label, _ in ranked[:most])


def _target_type(has_classes: bool, classes: int) -> str:
    if not has_classes:
        return "continuous"
    return "binary" if classes == 2 else "multiclass"
