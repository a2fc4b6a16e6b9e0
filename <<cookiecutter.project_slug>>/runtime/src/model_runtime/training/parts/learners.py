"""The ways in which an estimator learns from parts."""

from abc import ABC, abstractmethod
from inspect import signature
from typing import Any, ClassVar

from sklearn.base import is_classifier, is_regressor
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB

from ...errors import ProjectError
from ...progress import advance
from .parts import Parts

PASSES = 5
"""Passes over the parts of an estimator that learns by steps."""


class Learner(ABC):
    """Fits estimators of some kinds; imports their library only when it fits one."""

    kinds: ClassVar[str]
    """The estimators that it fits, for people."""

    @abstractmethod
    def takes(self, estimator: Any) -> bool:
        """Tell whether it fits this estimator."""

    @abstractmethod
    def fit(self, estimator: Any, parts: Parts, passes: int | None) -> Any:
        """Return the estimator, fitted on all parts.

        Args:
            estimator: Unfitted; it may be changed.
            parts: See `Parts`.
            passes: Passes over them, if the use case says; of no meaning to some.

        Raises:
            ProjectError: It can't learn from these parts as it is set.
        """


class PartialFit(Learner):
    """Estimators of scikit-learn that have `partial_fit`: in the client, one batch at a time."""

    kinds = (
        "scikit-learn's with partial_fit (SGDClassifier, SGDRegressor, MLPClassifier, naive Bayes)"
    )
    counting = (BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB)
    """Those that count rows, and so have to see each once."""

    def takes(self, estimator: Any) -> bool:
        """See `Learner`."""
        learns = is_classifier(estimator) or is_regressor(estimator)
        return learns and hasattr(estimator, "partial_fit")

    def fit(self, estimator: Any, parts: Parts, passes: int | None) -> Any:
        """See `Learner`."""
        counts = isinstance(estimator, self.counting)
        if counts and passes not in (None, 1):
            raise ProjectError(
                f"fit_in_parts: {type(estimator).__name__} counts rows, in one pass, not {passes}."
            )
        if parts.weighted and "sample_weight" not in signature(estimator.partial_fit).parameters:
            raise ProjectError(
                f"fit_in_parts: {type(estimator).__name__} takes no weights in parts, and "
                "features.yaml names one."
            )
        passes = 1 if counts else passes or PASSES
        total = passes * len(parts.parts)
        done = 0
        for number in range(passes):
            for batch in parts.batches(number):
                if len(batch.y):
                    self._learn(estimator, parts, batch)
                done += 1
                advance(done, total, "parts learned")
        return estimator

    def _learn(self, estimator: Any, parts: Parts, batch: Any) -> None:
        options: dict[str, Any] = {}
        if parts.classes is not None:
            options["classes"] = parts.classes
        if batch.weight is not None:
            options["sample_weight"] = batch.weight
        estimator.partial_fit(batch.X, batch.y, **options)
