"""A broken use case, and ways to break one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer

from model_runtime.features import Feature, Features
from model_runtime.training.use_case import UseCase

from ...support.small_cases import (
    FEATURES,
    Loader,
    Preprocessor,
    case,
    customers,
    logistic,
)

HERE = r"\(.*gallery.*\.py:\d+\)"


@dataclass(frozen=True)
class Broken:
    """A use case with a fault, and the sentence about it (a regular expression)."""

    name: str
    use_case: Callable[[], UseCase]
    sentence: str
    kind: str = "wrong"


def loading(load: Callable[..., Any]) -> Callable[[], UseCase]:
    """Return a use case whose load_data is a function's."""

    class Own(Loader):
        load_data = staticmethod(load)

    return lambda: UseCase(
        FEATURES, lambda: Own(customers()), Preprocessor, logistic, case().get_classes
    )


def data(change: Callable[[pd.DataFrame], Any]) -> Callable[[], UseCase]:
    """Return a use case whose data frame is changed; n_rows is honoured."""
    return lambda: case(frame=change(customers()))


def preparing(change: Callable[[Any, pd.DataFrame], Any]) -> Callable[[], UseCase]:
    """Return a use case whose `transform` is changed: it gets the prepared rows and X."""

    class Changed(Preprocessor):
        def transform(self, X: pd.DataFrame) -> Any:
            return change(super().transform(X), X)

    return lambda: case(preprocessor=Changed)


def building(step: Any) -> Callable[[], UseCase]:
    """Return a use case whose numbers go through a step."""

    class Built(Preprocessor):
        def build_transformer(self, features: list[Feature]) -> Any:
            numbers = [each.name for each in features if each.numeric]
            return ColumnTransformer([("numbers", step, numbers)], sparse_threshold=0)

    return lambda: case(preprocessor=Built)


def modelling(train_model: Callable[[Any, Any], Any]) -> Callable[[], UseCase]:
    """Return a use case with another train_model."""
    return lambda: case(train_model)


def naming(get_classes: Callable[[Any], Any]) -> Callable[[], UseCase]:
    """Return a use case with another get_classes."""

    def made() -> UseCase:
        usual = case()
        return UseCase(
            FEATURES, usual.data_loader, usual.preprocessor, usual.train_model, get_classes
        )

    return made


def targets(change: Callable[["pd.Series[Any]"], Any]) -> Callable[[], UseCase]:
    """Return a use case whose target is encoded so."""

    class Encoding(Preprocessor):
        def encode_target(self, target: "pd.Series[Any]") -> Any:
            return change(target)

    return lambda: case(preprocessor=Encoding)


def featured(
    features: Features, frame: pd.DataFrame, train_model: Callable[..., Any] = logistic
) -> UseCase:
    """Return a use case of other features."""

    class Own(Preprocessor):
        def features(self) -> Features:
            return features

    return case(train_model, frame, features, Own)


def changing(**fields: Any) -> Features:
    """Return the features with other fields."""
    return Features.model_validate(FEATURES.model_dump() | fields)
