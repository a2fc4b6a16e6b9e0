"""The rows of a hold-out on which two versions are comparable: those that both APIs answer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..bundle.read import Bundle
from ..bundle.schema import Schema
from ..counts import counted
from ..errors import ProjectError
from ..features import Feature
from ..features.columns import shown
from ..training.rows import Rows


@dataclass(frozen=True)
class Refused:
    """The number of rows of a hold-out left out because a version's API would refuse them."""

    rows: int
    champion: int
    candidate: int
    reason: str = ""

    def __str__(self) -> str:
        """Say who refuses how many, and one reason; nothing where none is refused."""
        sides = (("champion", self.champion), ("candidate", self.candidate))
        said = [f"the {name}'s API refuses {n:,}" for name, n in sides if n]
        if not said:
            return ""
        rows = counted(self.rows, "row")
        return f"; left out of its {rows}: {', '.join(said)}, for instance {self.reason}"


def comparable(candidate: Bundle, champion: Bundle, rows: Rows) -> tuple[Rows, Refused]:
    """Return the rows that both APIs answer, and how many each refuses.

    Raises:
        KeyError: The rows lack a feature of the champion's.
        ProjectError: There are none that both answer.
    """
    reasons = [refusals(bundle.schema, rows.X) for bundle in (champion, candidate)]
    counts = np.ones(len(rows.X), dtype=int) if rows.weight is None else rows.weight
    refuses = [each.astype(bool) for each in reasons]
    both = ~(refuses[0] | refuses[1])
    reason = next((reason for each in reasons for reason in each if reason), "")
    if not counts[both].sum():
        raise ProjectError(
            f"The APIs of version {champion.metadata.version}, the champion, and version "
            f"{candidate.metadata.version} have no row of the hold-out that both answer "
            f"({reason}), so they can't be compared. Promote without the comparison (FORCE=1)."
        )
    of_champion, of_candidate = (int(counts[each].sum()) for each in refuses)
    refused = Refused(int(counts.sum()), of_champion, of_candidate, reason)
    return rows.take(np.flatnonzero(both)), refused


def refusals(schema: Schema, X: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return for each row why the API would refuse it; an empty text where it would answer.

    Args:
        schema: Of the version that is asked.
        X: Rows as `feature_frame` gives them.

    Raises:
        KeyError: X lacks one of its features.
    """
    found: npt.NDArray[np.object_] = np.full(len(X), "", dtype=object)
    for feature in schema.features:
        codes, values = pd.factorize(X[feature.name], use_na_sentinel=False)
        reasons = np.array([_refusal(feature, value) for value in values], dtype=object)
        found = np.where(found.astype(bool), found, reasons[codes])
    return found


def _refusal(feature: Feature, value: Any) -> str:
    is_missing = np.isnan(value) if feature.numeric else feature.rule.empty_is_missing and not value
    if is_missing:
        return "" if feature.optional else f"'{feature.name}' is missing"
    known = feature.rule.as_sent(value)
    reason = feature.misfit(known)
    return f"'{feature.name}' is {shown(known)}: it {reason}" if reason else ""
