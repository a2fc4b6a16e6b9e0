"""A wide use case in a module of its own: a worker imports it, and little else."""

from typing import Any

from sklearn.linear_model import SGDClassifier

from model_runtime import fit_in_parts
from model_runtime.features import Features
from model_runtime.preprocessing import BasePreprocessor

COLUMNS = 80

WIDE = Features.model_validate(
    {
        "target": "paid",
        "task": "classification",
        "features": [{"name": f"x{k}", "type": "number"} for k in range(COLUMNS)],
    }
)


class WidePreprocessor(BasePreprocessor):
    def features(self) -> Features:
        return WIDE


def once(X: Any, y: Any) -> Any:
    return fit_in_parts(SGDClassifier(loss="log_loss", random_state=0), X, y, passes=1)
