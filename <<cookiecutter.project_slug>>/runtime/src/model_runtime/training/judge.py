"""The stage that evaluates: how good the model is, and what it misses of what was asked."""

from dataclasses import dataclass

from ..features import missed
from ..settings import Settings
from ..tasks import Outputs
from .evaluate import Scores, predict, score
from .leaks import Leaks, compare
from .learn import Learned
from .use_case import UseCase


@dataclass(frozen=True)
class Judged:
    """The scores, the thresholds of features.yaml, and what leaking features would promise.

    `outputs` are the model's for the hold-out, shape (n, classes or 1).
    """

    scores: Scores
    thresholds: dict[str, str]
    leaks: Leaks | None
    outputs: Outputs

    @property
    def missed(self) -> list[str]:
        """The thresholds that the hold-out's metrics miss, in sentences."""
        return missed(self.thresholds, self.scores.hold_out)

    def __str__(self) -> str:
        """Give the scores, and warn where the simplest answer is better."""
        doubt = ", which is better: does the model learn what it is asked?"
        return str(self.scores) + (doubt if self.scores.worse_than_nothing else "")


def judge(use_case: UseCase, learned: Learned, settings: Settings) -> Judged:
    """Measure a fitted pipeline on the hold-out and over folds.

    Raises:
        ProjectError: A metric is no finite number.
    """
    outputs = predict(learned.pipeline, learned.parts.test.X, use_case.features.task)
    scores = score(use_case, learned, outputs, settings)
    leaks = compare(use_case, learned.parts, scores, settings.training.seed)
    return Judged(scores, use_case.features.thresholds, leaks, outputs)
