"""The first pass over the parts: what has to be known of all rows before one is drawn."""

import hashlib
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from ...bundle.metadata import Data
from ...errors import ProjectError
from ...partitions import Part
from ..check import Check
from ..provenance import fingerprint
from ..rows import Rows
from ..target_check import Origin, TargetCheck
from ..use_case import UseCase
from .draw import held_numbers
from .lowest import Lowest

LABELS = 100_000
"""Labels that a category may have in all parts."""


@dataclass(frozen=True)
class Facts:
    """The facts that a part's rows tell beyond the check, if they can be read at all.

    Attributes:
        weight: How many rows they stand for.
        labels: Of each category: how many rows have it, the missing label too.
        encoded: The target's labels and their codes, each pair once; none for a regression.
        codes: What is to be said of the encoded target.
        lowest: By code; of a regression all rows together, by 0.
        digests: SHA-256 of the parts, in their order.
        columns: How many there are in the data.
    """

    weight: int
    labels: dict[str, Counter[str]]
    encoded: dict[Hashable, tuple[Any, Any, str]]
    codes: TargetCheck
    lowest: dict[Any, Lowest]
    digests: tuple[str, ...]
    columns: int

    def plus(self, other: Self) -> Self:
        """Add those of later rows.

        Raises:
            ProjectError: A category has too many labels, or a label several codes.
        """
        labels = {name: counts + other.labels[name] for name, counts in self.labels.items()}
        for name, counts in labels.items():
            if len(counts) > LABELS:
                raise ProjectError(
                    f"Column '{name}' has more than {LABELS:,} labels; say `type: text` in "
                    "features.yaml, group them in DataLoader.load_partitions, or take it out."
                )
        for key in self.encoded.keys() & other.encoded.keys():
            (label, code, there), (_, found, where) = self.encoded[key], other.encoded[key]
            if code != found:
                raise ProjectError(
                    f"Preprocessor.encode_target encodes {label!r} as {code!r} in {there} and as "
                    f"{found!r} in {where}: with load_partitions it sees one part at a time, and "
                    "has to give a label the same code in each."
                )
        lowest = dict(self.lowest)
        for code, each in other.lowest.items():
            lowest[code] = lowest[code].plus(each) if code in lowest else each
        return replace(
            self,
            weight=self.weight + other.weight,
            labels=labels,
            encoded={**other.encoded, **self.encoded},
            codes=self.codes.plus(other.codes),
            lowest=lowest,
            digests=(*self.digests, *other.digests),
        )

    def origin(self) -> Data:
        """Return how many rows there are, and the SHA-256 of the parts' own."""
        sha = hashlib.sha256("".join(self.digests).encode()).hexdigest()
        return Data(rows=self.weight, columns=self.columns, sha256=sha)


@dataclass(frozen=True)
class Surveying:
    """Looks at a part, in a worker."""

    use_case: UseCase
    seed: int
    share: float

    def __call__(self, part: Part) -> tuple[Check, Facts | None]:
        """Hold its rows against features.yaml, and note what else they tell."""
        frame = part.read()
        origin = Origin(part.name, part.first_row)
        check = Check.of(frame, self.use_case.features, origin)
        return check, self._facts(frame, part) if check.readable else None

    def _facts(self, frame: pd.DataFrame, part: Part) -> Facts:
        rows = self.use_case.read(frame)
        codes = self.use_case.codes(rows)
        if not codes.is_plain:
            return Facts(len(rows), {}, {}, codes, {}, (), frame.shape[1])
        rows = self.use_case.plain(rows)
        return Facts(
            len(rows),
            self._labels(rows),
            self._encoded(frame, rows, part.name),
            codes,
            self._lowest(rows, part.start),
            (fingerprint(frame, 1).sha256,),
            frame.shape[1],
        )

    def _labels(self, rows: Rows) -> dict[str, Counter[str]]:
        categories = [each for each in self.use_case.features.features if each.type == "category"]
        return {each.name: Counter(rows.X[each.name].tolist()) for each in categories}

    def _encoded(
        self, frame: pd.DataFrame, rows: Rows, name: str
    ) -> dict[Hashable, tuple[Any, Any, str]]:
        if not self.use_case.task.task.has_classes:
            return {}
        labels = frame[self.use_case.features.target].tolist()
        pairs = dict.fromkeys(zip(labels, rows.y.tolist(), strict=True))
        return {(type(label), label): (label, code, name) for label, code in pairs}

    def _lowest(self, rows: Rows, start: int) -> dict[Any, Lowest]:
        numbers = held_numbers(self.seed, start, len(rows.X))
        has_classes = self.use_case.task.task.has_classes
        codes = np.asarray(rows.y) if has_classes else np.zeros(len(numbers))
        groups = pd.Series(codes).groupby(codes).indices
        return {code: Lowest.of(numbers[places], self.share) for code, places in groups.items()}
