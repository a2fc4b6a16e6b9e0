"""The gates that a version passes before it is the champion."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..bundle.engines import Engine
from ..bundle.read import Bundle
from ..errors import ProjectError
from ..settings import Settings
from ..tasks import BETTER_WHEN_LOW, Outputs
from ..training.data import load
from ..training.evaluate import evaluate
from ..training.rows import Rows
from ..training.use_case import UseCase
from .comparable import Refused, comparable

_SAME = 1e-4
"""The largest distance of a metric from training's; engines differ by rounding errors."""


@dataclass(frozen=True)
class Comparison:
    """A metric of two versions on the rows of a hold-out that both of their APIs answer."""

    metric: str
    candidate: float
    champion: float
    tolerance: float
    refused: Refused

    @property
    def gain(self) -> float:
        """The gain of the candidate; less than 0 where it is worse."""
        gain = self.candidate - self.champion
        return -gain if self.metric in BETTER_WHEN_LOW else gain

    @property
    def passed(self) -> bool:
        """True where the candidate is not worse by more than the tolerance."""
        return self.gain >= -self.tolerance

    @property
    def better(self) -> bool:
        """True where the candidate should replace the champion.

        That is where it answers better, or answers rows that the champion refuses and the others
        not worse than is tolerated.
        """
        return self.gain > 0 or (self.passed and self.refused.champion > self.refused.candidate)

    def __str__(self) -> str:
        """Give both figures, what is allowed, and which rows count for neither."""
        return (
            f"{self.metric} {self.candidate:.4g} against the champion's {self.champion:.4g} on the "
            f"same hold-out (it may be worse by {self.tolerance:g}{self.refused})"
        )


def hold_out(use_case: UseCase, settings: Settings, candidate: Bundle) -> tuple[Rows, Any]:
    """Return the rows that a version was measured on, and the target's classes in their order.

    Raises:
        ProjectError: The data, or how they are split, are not those of its training.
    """
    options, metadata = settings.training, candidate.metadata
    data = load(use_case, options)
    if data.origin != metadata.data:
        raise ProjectError(
            f"The data here are not those that version {metadata.version} learned from, so its "
            "hold-out can't be had. Promote it where it was trained, train anew (`make train`), "
            "or promote without the comparison (`make promote FORCE=1`)."
        )
    return data.split(options, metadata.task).test, np.unique(data.rows.y)


def compare(
    candidate: Bundle, champion: Bundle, held: tuple[Rows, Any], settings: Settings
) -> Comparison:
    """Measure two versions on the rows of the candidate's hold-out that both APIs answer.

    New data have labels and values that an older version refuses. Nobody would get its answers to
    them, so they count for neither; the comparison says how many they are.

    Raises:
        ProjectError: The hold-out is not that of the candidate's training, the metric is not
            measured, or the champion has no answers for these rows.
    """
    options = settings.registry
    _check_alike(candidate, champion)
    figures = _measured(candidate, held, settings)
    if options.metric not in figures:
        raise ProjectError(
            f"config.yaml: registry.metric is {options.metric}, which is not measured; choose from "
            f"{', '.join(figures)}."
        )
    for name, at_training in candidate.metadata.metrics.items():
        if abs(figures[name] - at_training) > _SAME * max(1, abs(at_training)):
            raise ProjectError(
                f"Version {candidate.metadata.version} has {name} {figures[name]:.6g} on the "
                f"hold-out here and had {at_training:.6g} at its training: training.seed or "
                "training.test_size changed since. Set them back, or train anew (`make train`)."
            )
    try:
        rows, refused = comparable(candidate, champion, held[0])
        measured, expected = (
            _measured(bundle, (rows, held[1]), settings)[options.metric]
            for bundle in (candidate, champion)
        )
    except (KeyError, ValueError) as error:
        raise ProjectError(
            f"Version {champion.metadata.version}, the champion, has no answers for these rows "
            f"({error}): it was made for other features. Promote without the comparison (FORCE=1)."
        ) from error
    return Comparison(options.metric, measured, expected, options.tolerance, refused)


def _check_alike(candidate: Bundle, champion: Bundle) -> None:
    for part in ("task", "target", "classes"):
        new, current = (getattr(bundle.schema, part) for bundle in (candidate, champion))
        if new != current:
            raise ProjectError(
                f"The champion, version {champion.metadata.version}, has {current!r} as its {part} "
                f"and version {candidate.metadata.version} has {new!r}, so they can't be "
                "compared. Promote without the comparison (FORCE=1)."
            )


def _measured(bundle: Bundle, held: tuple[Rows, Any], settings: Settings) -> dict[str, float]:
    rows, classes = held
    engine = bundle.engine(settings.training.trusted_types)
    names = [feature.name for feature in bundle.schema.features]
    return evaluate(_Model(engine, names, classes), rows, bundle.schema.task)


@dataclass(frozen=True)
class _Model:
    """A bundle's engine, called as scikit-learn's estimators are."""

    engine: Engine
    features: list[str]
    classes_: npt.NDArray[Any]

    def predict_proba(self, X: pd.DataFrame) -> Outputs:
        return self.engine.run({name: X[name].to_numpy().reshape(-1, 1) for name in self.features})

    def predict(self, X: pd.DataFrame) -> Outputs:
        return self.predict_proba(X)
