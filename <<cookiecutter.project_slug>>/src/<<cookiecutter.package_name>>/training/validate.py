"""Hold a data frame against features.yaml, before anything learns from it."""

from typing import Any

import pandas as pd

from ..errors import ProjectError
from ..features import Feature, Features
from ..preprocessing import MISSING_LABEL, label_column


def validate_frame(frame: pd.DataFrame, features: Features) -> None:
    """Check columns, types, bounds, labels, missing values and the target.

    Raises:
        ProjectError: A sentence for each thing that does not fit.
    """
    names = [feature.name for feature in features.features]
    needed = [*names, features.target, *([features.weight] if features.weight else [])]
    known = {*needed, features.id}
    columns = [str(column) for column in frame.columns]
    found = [
        f"Column '{name}' is in features.yaml but not in the data; load it or remove it there."
        for name in needed
        if name not in columns
    ]
    found += [
        f"Column '{name}' is in the data but not in features.yaml; "
        "add it there or drop it in DataLoader.load_data."
        for name in columns
        if name not in known
    ]
    found += [
        f"Column '{name}' is in the data {columns.count(name)} times; keep one."
        for name in sorted({name for name in columns if columns.count(name) > 1})
    ]
    if not found and frame.empty:
        found = ["The data has no rows; see DataLoader.load_data."]
    if not found:
        for feature in features.features:
            found += _feature_problems(frame[feature.name], feature)
        wrong = _weight_problems(frame[features.weight]) if features.weight else []
        found += wrong or _target_problems(frame, features)
    if found:
        raise ProjectError("The data does not fit features.yaml:\n" + _bullets(found))


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"  - {line}" for line in lines)


def _feature_problems(column: "pd.Series[Any]", feature: Feature) -> list[str]:
    missing = column.isna()
    if not feature.numeric:
        missing |= label_column(column) == MISSING_LABEL
    found = []
    if missing.any() and not feature.optional:
        found.append(
            f"Column '{feature.name}': {_rows(missing)} without a value; "
            "fill them in DataLoader.load_data or say `optional: true` in features.yaml."
        )
    if missing.all():
        found.append(f"Column '{feature.name}' has no value in any row; load it or remove it.")
        return found
    present = column[~missing]
    return found + (
        _number_problems(present, feature) if feature.numeric else _label_problems(present, feature)
    )


def _number_problems(present: "pd.Series[Any]", feature: Feature) -> list[str]:
    where = f"Column '{feature.name}'"
    numbers = pd.to_numeric(present, errors="coerce")
    infinite = numbers.abs() == float("inf")
    if (wrong := numbers.isna() | infinite).any():
        return [
            f"{where}: {_rows(wrong)} not a finite number, {_first(present, wrong)}; "
            f"features.yaml says {feature.type}."
        ]
    if feature.type == "integer" and (wrong := numbers % 1 != 0).any():
        return [f"{where}: {_rows(wrong)} not a whole number, {_first(present, wrong)}."]
    if feature.type == "boolean" and (wrong := ~numbers.isin([0, 1])).any():
        return [f"{where}: {_rows(wrong)} neither true nor false, {_first(present, wrong)}."]
    found = []
    if feature.min is not None and (wrong := numbers < feature.min).any():
        found.append(
            f"{where}: {_rows(wrong)} below the min of {feature.min:g}, {_first(present, wrong)}."
        )
    if feature.max is not None and (wrong := numbers > feature.max).any():
        found.append(
            f"{where}: {_rows(wrong)} above the max of {feature.max:g}, {_first(present, wrong)}."
        )
    return found


def _label_problems(present: "pd.Series[Any]", feature: Feature) -> list[str]:
    if feature.labels is None:
        return []
    labels = label_column(present)
    if not (wrong := ~labels.isin(feature.labels)).any():
        return []
    return [
        f"Column '{feature.name}': {_rows(wrong)} not one of the labels in features.yaml, "
        f"{_first(labels, wrong)}; add the label there or drop those rows."
    ]


def _weight_problems(weight: "pd.Series[Any]") -> list[str]:
    numbers = pd.to_numeric(weight, errors="coerce")
    if not (wrong := ~((numbers >= 0) & (numbers % 1 == 0))).any():
        return []
    where = f"Column '{weight.name}', the weight"
    return [f"{where}: {_rows(wrong)} not a whole number from 0 up, {_first(weight, wrong)}."]


def _target_problems(frame: pd.DataFrame, features: Features) -> list[str]:
    target = frame[features.target]
    where = f"The target '{features.target}'"
    if target.isna().all():
        return [f"{where} is empty in every row; there is nothing to learn."]
    if target.isna().any():
        return [f"{where}: {_rows(target.isna())} without a value; drop those rows."]
    if target.nunique() == 1:
        return [f"{where} is {target.iloc[0]!r} in every row; there is nothing to learn."]
    if features.task == "regression":
        numbers = pd.to_numeric(target, errors="coerce")
        if (wrong := numbers.isna() | (numbers.abs() == float("inf"))).any():
            return [f"{where}: {_rows(wrong)} not a finite number, {_first(target, wrong)}."]
        return []
    weight = frame[features.weight] if features.weight else pd.Series(1, index=frame.index)
    counts = weight.groupby(target).sum()
    if counts.min() < 2:
        return [
            f"{where}: the class {counts.idxmin()!r} is in one row only, and the hold-out needs "
            "one as well; drop it or find more."
        ]
    return []


def _rows(mask: "pd.Series[Any]") -> str:
    count = int(mask.sum())
    return f"{count:,} row{' is' if count == 1 else 's are'}"


def _first(column: "pd.Series[Any]", mask: "pd.Series[Any]") -> str:
    row = mask[mask].index[0]
    return f"first {column.loc[row]!r} in row {row}"
