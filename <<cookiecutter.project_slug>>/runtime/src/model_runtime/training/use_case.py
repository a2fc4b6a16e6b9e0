"""The use case's hooks, as training calls them: what each returns is checked at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..counts import counted
from ..errors import ProjectError, plainly
from ..features import Features
from ..hooks import BaseDataLoader
from ..place import returned
from ..preprocessing import BasePreprocessor
from ..progress import explained
from .classes import Names, check_names, expected_names
from .rows import Rows
from .target_check import Origin, TargetCheck
from .task import TRAINING_TASKS, TrainingTask
from .validate import validate_frame


@dataclass(frozen=True)
class UseCase:
    """The four hooks, features.yaml, and the parameters of config.yaml for `train_model`."""

    features: Features
    data_loader: Callable[[], BaseDataLoader]
    preprocessor: Callable[[], BasePreprocessor]
    train_model: Callable[..., Any]
    get_classes: Callable[[Any], list[str]]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def task(self) -> TrainingTask:
        """The task as training sees it."""
        return TRAINING_TASKS[self.features.task]

    def load(self) -> pd.DataFrame:
        """Return the loaded data, its rows numbered anew.

        Raises:
            ProjectError: See `loaded`; or they do not fit features.yaml.
        """
        frame = self.loaded()
        validate_frame(frame, self.features)
        return frame

    def loaded(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return the same data before they are held against features.yaml.

        Args:
            n_rows: The rows that `load_data` is asked for; left out, it is asked for all.

        Raises:
            ProjectError: `load_data` fails, or returns no data frame.
        """
        with explained("load"):
            load_data = self.data_loader().load_data
            frame = load_data() if n_rows is None else load_data(n_rows=n_rows)
        if not isinstance(frame, pd.DataFrame):
            raise returned("DataLoader.load_data", load_data, _named(frame), "a DataFrame")
        return frame.reset_index(drop=True)

    def rows(self, frame: pd.DataFrame) -> Rows:
        """Return a valid data frame's features, encoded target and weights.

        Raises:
            ProjectError: `Preprocessor.split_X_y` returns anything else.
        """
        rows = self.read(frame)
        self.check_codes(self.codes(rows))
        rows = self.plain(rows)
        self.check_target(frame, rows.y)
        return rows

    def read(self, frame: pd.DataFrame) -> Rows:
        """Return the same of a part of the data, the target as it is encoded.

        Raises:
            ProjectError: See `rows`.
        """
        preprocessor = self.preprocessor()
        found = preprocessor.split_X_y(frame, self.features)
        if wrong := _not_X(found, frame.index, [each.name for each in self.features.features]):
            wanted = "X, a DataFrame of the features with the data's index, and y"
            raise returned("Preprocessor.split_X_y", preprocessor.split_X_y, wrong, wanted)
        if wrong := _not_y(found[1], frame.index):
            wanted = f"the target of {counted(len(frame), 'row')}, with the data's index"
            raise returned(*_encoder(preprocessor), wrong, wanted)
        weight = self.features.weight
        weights = None if weight is None else frame[weight].to_numpy(np.int64)
        return Rows(found[0], pd.Series(found[1]), weights)

    def plain(self, rows: Rows) -> Rows:
        """Return rows with the target in a type that scikit-learn learns from."""
        y = pd.Series(self.task.plain(rows.y), index=rows.X.index)
        return Rows(rows.X, y, rows.weight)

    def codes(self, rows: Rows) -> TargetCheck:
        """Return what is to be said of an encoded target, or of a part of it."""
        weight = None if rows.weight is None else pd.Series(rows.weight)
        return self.task.check_target(rows.y.reset_index(drop=True), weight, Origin())

    def check_codes(self, codes: TargetCheck) -> None:
        """Refuse an encoded target that no estimator of the task learns from.

        Raises:
            ProjectError: See `rows`.
        """
        if found := codes.problems():
            wrong = f"a y that {found[0].rstrip('.')}"
            wanted = "a target that can be learned, one value a row"
            raise returned(*_encoder(self.preprocessor()), wrong, wanted)

    def check_target(self, frame: pd.DataFrame, y: "pd.Series[Any]") -> None:
        """Refuse what features.yaml says of the target and can't hold, before anything is fitted.

        Raises:
            ProjectError: A threshold is not measured for so many classes, or a flag or a class is
                named that is not in the data.
        """
        measured = self.task.measured(y)
        if unmeasured := sorted(set(self.features.thresholds) - set(measured)):
            raise ProjectError(
                f"features.yaml: thresholds: {unmeasured[0]} is not measured for {y.nunique()} "
                f"classes; choose from {', '.join(measured)}."
            )
        self.names(frame, y)

    def names(self, frame: pd.DataFrame, y: "pd.Series[Any]") -> Names:
        """Return the names that each class may have; none for a regression.

        Args:
            frame: The data, as loaded.
            y: The target of `rows`.

        Raises:
            ProjectError: See `expected_names`.
        """
        if not self.task.task.has_classes:
            return {}
        return expected_names(self.features, frame[self.features.target], y)

    def classes(self, model: Any, expected: Names) -> list[str]:
        """Return the names of a fitted model's classes; none for a regression.

        Args:
            model: What `train_model` returned.
            expected: See `names`.

        Raises:
            ProjectError: The model has no probabilities, or `get_classes` returns anything but a
                name for each class, or names that are not those of the data.
        """
        if not self.task.task.has_classes:
            return []
        if not hasattr(model, "predict_proba"):
            raise returned(
                "train_model",
                self.train_model,
                f"a {type(model).__name__}, which has no predict_proba",
                "an estimator that has it (scikit-learn's CalibratedClassifierCV adds it)",
            )
        names = self.get_classes(model)
        if wrong := _not_names(names, len(model.classes_)):
            wanted = (
                f"a list of {counted(len(model.classes_), 'different name')} (str), one a class"
            )
            raise returned("get_classes", self.get_classes, wrong, wanted)
        check_names(names, model.classes_, expected, self)
        return names


def _not_X(found: Any, index: "pd.Index[Any]", names: list[str]) -> str | None:
    """Say what else than the features was returned, or nothing."""
    if not isinstance(found, tuple) or len(found) != 2:
        return _named(found)
    X = found[0]
    if not isinstance(X, pd.DataFrame) or len(X) != len(index):
        return f"{_named(X)} as X"
    if list(X.columns) != names:
        return f"an X with the columns {list(X.columns)[:20]}, which are not those of features.yaml"
    return None if X.index.equals(index) else "an X whose rows are in another order"


def _not_y(y: Any, index: "pd.Index[Any]") -> str | None:
    """Say what else than the target was returned, or nothing."""
    if not hasattr(y, "__len__") or len(y) != len(index):
        return f"{_named(y)} as y"
    if np.ndim(y) != 1:
        return f"a y of {np.ndim(y)} dimensions"
    if isinstance(y, pd.Series) and not y.index.equals(index):
        return "a y whose rows are in another order"
    missing = int(pd.isna(pd.Series(y)).sum())
    return f"a y without a value in {counted(missing, 'row')}" if missing else None


def _encoder(preprocessor: BasePreprocessor) -> tuple[str, Callable[..., Any]]:
    """Return the hook that makes y: the one that the use case has of its own."""
    own = type(preprocessor)
    if own.split_X_y is BasePreprocessor.split_X_y:
        return "Preprocessor.encode_target", preprocessor.encode_target
    return "Preprocessor.split_X_y", preprocessor.split_X_y


def _not_names(names: Any, count: int) -> str | None:
    """Say what else than different names was returned, or nothing."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return plainly(repr(names))[:200]
    if len(names) != count:
        return f"{counted(len(names), 'name')} for {counted(count, 'class', 'classes')}"
    return f"{names}, in which a name is there twice" if len(set(names)) < count else None


def _named(value: Any) -> str:
    shape = getattr(value, "shape", None)
    kind = "None" if value is None else f"a {type(value).__name__}"
    if shape is None:
        return f"{kind} of {len(value):,}" if isinstance(value, (list, tuple)) else kind
    return f"{kind} of shape {shape}"
