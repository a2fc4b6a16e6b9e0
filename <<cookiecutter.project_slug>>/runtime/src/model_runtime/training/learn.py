"""The stage that learns: rows are held out, the hooks fitted on the rest."""

from dataclasses import dataclass
from typing import Any

from sklearn.pipeline import Pipeline

from ..bundle.schema import Schema
from ..counts import counted
from ..settings import Settings
from .data import Dataset
from .encoded import Encoded, encoded
from .fit import fit
from .preflight import check_measured
from .records import Records, keeping
from .resolve import resolve_schema
from .session import Found, current
from .split import Split
from .use_case import UseCase


@dataclass(frozen=True)
class Learned:
    """A fitted pipeline, its requests and answers, and the rows that it learned from or did not.

    `search` is what AutoML found, if the use case has searched; `records` what the hooks recorded.
    """

    data: Dataset
    parts: Split
    pipeline: Pipeline
    schema: Schema
    encoded: Encoded
    search: Found | None
    records: Records

    @property
    def estimator(self) -> Any:
        """The pipeline's last step."""
        return self.pipeline[-1]

    def __str__(self) -> str:
        """Name the estimator, and say what is not in every training."""
        rows = self.data.whole or f"{counted(len(self.parts.train), 'row')}"
        said = f"{type(self.estimator).__name__} on {rows}"
        said += f", {self.search}" if self.search else ""
        return said + (f"; {self.encoded}" if self.encoded.features else "")


def learn(use_case: UseCase, data: Dataset, settings: Settings) -> Learned:
    """Hold rows out and fit the hooks on the others.

    Raises:
        ProjectError: There are too few rows, or a hook returns something else than it has to.
    """
    options, features, rows = settings.training, use_case.features, data.rows
    check_measured(use_case, settings, rows.y)
    parts = data.split(options, features.task)
    with keeping() as records:
        pipeline = fit(use_case, parts.train, options.seed, whole=data.whole)
        classes = use_case.classes(pipeline[-1], data.names)
    schema = resolve_schema(features, rows.X, classes)
    session = current()
    found = session.found if session else None
    return Learned(data, parts, pipeline, schema, encoded(pipeline, schema), found, records)
