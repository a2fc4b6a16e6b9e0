"""Scores of the model with the features that leak, for comparison with the one that is served.

It is measured and shown beside the model that is served, and never served itself.
"""

from dataclasses import dataclass

from ..automl.session import comparing
from .evaluate import Scores, evaluate
from .fit import fit
from .split import Split
from .use_case import UseCase


@dataclass(frozen=True)
class Leaks:
    """The features that leak, and the metrics on the hold-out with and without them."""

    features: list[str]
    primary: str
    without: dict[str, float]
    hold_out: dict[str, float]
    estimator: str

    def __str__(self) -> str:
        """Give the primary metric and ROC AUC, each with and without."""
        names = [name for name in (self.primary, "roc_auc") if name in self.hold_out]
        said = [f"{name} {self.hold_out[name]:.3f}, not {self.without[name]:.3f}" for name in names]
        return f"with {', '.join(self.features)} it would be {'; '.join(said)}"

    def section(self) -> list[str]:
        """Return the model card's lines."""
        names = ", ".join(f"`{name}`" for name in self.features)
        return [
            "## What it does not learn from",
            "",
            f"{names}: known only after the event, so that a model which learns from it promises "
            "what it can't keep. Requests may have it, and it changes no answer. For comparison "
            f"the same training with it ({self.estimator}) was measured on the same rows; that "
            "model is not served.",
            "",
            f"| metric (hold-out) | served | with {names} |",
            "|---|---|---|",
            *(
                f"| {name} | {value:.4g} | {self.hold_out[name]:.4g} |"
                for name, value in self.without.items()
            ),
            "",
        ]


def compare(use_case: UseCase, parts: Split, scores: Scores, seed: int) -> Leaks | None:
    """Train once more with the features that leak; nothing where there are none.

    Args:
        use_case: The hooks.
        parts: The split of the model that is served.
        scores: What that model reached.
        seed: See `fit`.
    """
    features = use_case.features
    if not features.leaking:
        return None
    with comparing():
        pipeline = fit(use_case, parts.train, seed, with_leaks=True)
    return Leaks(
        features.leaking,
        use_case.task.task.primary,
        scores.hold_out,
        evaluate(pipeline, parts.test, features.task),
        type(pipeline[-1]).__name__,
    )
