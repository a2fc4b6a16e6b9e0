"""Load parts: two passes over them, after which a few rows of them are in memory."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ...cluster import Cluster, in_use, prepared
from ...counts import counted
from ...errors import ProjectError
from ...partitions import Part, parts_of
from ...progress import advance
from ...settings import Training
from ..check import Check
from ..classes import Names
from ..data import Dataset
from ..rows import Rows
from ..split import Split
from ..use_case import UseCase
from ..validate import refuse_misfits
from .draw import Draw, most_rows
from .gather import CLASS, RARE, Gathered, Gathering, gather, with_each_label
from .parts import PREPARED
from .reading import Reading, joined
from .survey import Facts, Surveying
from .whole import Whole


def load_parts(use_case: UseCase, options: Training) -> Dataset:
    """Load a use case's data in parts, on the cluster in use.

    Raises:
        ProjectError: The data do not fit features.yaml, or are too few to hold some out.
    """
    cluster = in_use()
    found = use_case.data_loader().load_partitions()
    parts = parts_of(found, cluster.in_order)
    # What workers don't call may hold anything, and import more than their memory has room for.
    use_case = replace(use_case, data_loader=_absent, train_model=_absent, get_classes=_absent)
    most, rows = most_rows(len(use_case.features.features)), sum(part.rows for part in parts)
    share = min(options.test_size, most / rows)
    facts = _survey(use_case, cluster, parts, Surveying(use_case, options.seed, share))
    names = _check_target(use_case, facts)
    reading = _reading(use_case, facts, options, most)
    return _dataset(use_case, parts, facts, reading, names)


def _absent(*_: Any) -> Any:
    raise ProjectError("A worker called a hook that only the client has.")


def _passed(
    cluster: Cluster, parts: Sequence[Part], work: Callable[[Part], Any], of: str
) -> Iterator[Any]:
    """Yield what each part gives, in their order."""
    cluster.prepare(PREPARED, partial(_same, work))
    for done, result in enumerate(cluster.in_order(_work, parts), 1):
        yield result
        advance(done, len(parts), of)


def _same(thing: Any) -> Any:
    return thing


def _work(part: Part) -> Any:
    return prepared(PREPARED)(part)


def _survey(
    use_case: UseCase, cluster: Cluster, parts: Sequence[Part], surveying: Surveying
) -> Facts:
    check: Check | None = None
    facts: Facts | None = None
    for found, more in _passed(cluster, parts, surveying, "parts checked"):
        check = check.plus(found) if check else found
        facts = facts.plus(more) if facts and more else facts or more
    refuse_misfits(check or Check.of(pd.DataFrame(), use_case.features), use_case.features)
    if facts is None:  # a part that can't be read has been refused
        raise ProjectError("The data has no rows; see DataLoader.load_partitions.")
    return facts


def _check_target(use_case: UseCase, facts: Facts) -> Names:
    """Check all parts' target as that of a table is checked, and return the classes' names."""
    use_case.check_codes(facts.codes)
    labels = pd.Series([label for label, _, _ in facts.encoded.values()], dtype=object)
    codes = pd.Series([code for _, code, _ in facts.encoded.values()])
    frame = pd.DataFrame({use_case.features.target: labels})
    use_case.check_target(frame, codes)
    return use_case.names(frame, codes)


def _reading(use_case: UseCase, facts: Facts, options: Training, most: int) -> Reading:
    task = use_case.task
    classes = pd.Series(sorted(facts.lowest)).to_numpy() if task.task.has_classes else None
    counts = facts.lowest if classes is None else {code: facts.lowest[code] for code in classes}
    ends = np.array([each.end(task.fewest_held_out) for each in counts.values()])
    share = min(options.test_size, most / facts.weight)
    left = max(1.0, facts.weight * (1 - share))
    draw = Draw(options.seed, classes, ends, share, min(1.0, most / left))
    return Reading(use_case, draw, np.float64 if classes is None else classes.dtype)


def _rare(use_case: UseCase, facts: Facts, draw: Draw) -> dict[str, frozenset[Hashable]]:
    """Return the labels and classes of which the sample may have no row."""
    weighted = use_case.features.weight is not None
    enough = RARE / ((1 - draw.held_share) * draw.sample_share)
    counts: dict[str, Mapping[Any, int]] = {**facts.labels}
    if draw.classes is not None:
        counts[CLASS] = {code: each.rows for code, each in facts.lowest.items()}
    # Rows that weigh nothing are counted with the others, so that any label may be rare.
    return {
        name: frozenset(label for label, rows in each.items() if weighted or rows < enough)
        for name, each in counts.items()
    }


def _dataset(
    use_case: UseCase, parts: Sequence[Part], facts: Facts, reading: Reading, names: Names
) -> Dataset:
    numbers = tuple(each.name for each in use_case.features.features if each.numeric)
    gathering = Gathering(reading, _rare(use_case, facts, reading.draw), numbers)
    found: Gathered = gather(_passed(in_use(), parts, gathering, "parts drawn from"))
    sample = with_each_label(found.sample, found.first)
    _check_sizes(found.held, sample, use_case)
    rows = with_each_label(joined([sample, found.held]), found.weightless)
    whole = Whole(
        Split(sample, found.held),
        found.target,
        parts,
        reading,
        numbers,
        found.moments,
        found.learned,
        reading.draw.classes,
    )
    return Dataset(rows, names, facts.origin(), {}, whole)


def _check_sizes(held: Rows, sample: Rows, use_case: UseCase) -> None:
    fewest = use_case.task.fewest_held_out
    if len(held) < fewest or not len(sample):
        raise ProjectError(
            f"Of all parts {counted(len(held), 'row is', 'rows are')} held out and "
            f"{len(sample):,} left, and the metrics need {fewest}; load more rows, or "
            "change training.test_size in config.yaml."
        )
