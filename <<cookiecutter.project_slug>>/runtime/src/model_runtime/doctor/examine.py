"""The whole examination, part by part."""

from collections.abc import Iterator
from pathlib import Path

from ..automl.preflight import check_search
from ..features import read_features
from ..settings import Settings, read_settings
from ..training.hooks import own_use_case
from ..training.parameters import with_parameters
from ..training.preflight import check_measured, check_settings
from ..training.split import draw
from ..training.use_case import UseCase
from . import agreement
from .data import frame_of, memory
from .finding import Finding, attempted
from .leaking import leaking
from .model import compiled, fitted
from .preparing import preprocessor_of
from .tools import tools

MOST_ROWS = 5_000
"""Rows that are learned from, where all had to be loaded."""


def examine() -> Iterator[Finding]:
    """Yield what is found about the project of the current folder, as it is found."""
    settings = yield from attempted("config.yaml", read_settings)
    features = yield from attempted("features.yaml", read_features)
    if settings is not None and features is not None:
        use_case = yield from attempted("hooks", own_use_case)
        if use_case is not None:
            yield Finding("fine", "hooks", "they can be imported, and take the right arguments")
            yield from examine_use_case(use_case, settings)
        yield from agreement.bundle(settings, features)
    if settings is not None:
        yield from _listed("chart", agreement.chart())
    yield from agreement.lock()
    yield from memory(Path("data"))
    yield from tools()


def _listed(part: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings; a failure to look is one, too."""
    yield from (yield from attempted(part, list, findings)) or ()


def examine_use_case(use_case: UseCase, settings: Settings) -> Iterator[Finding]:
    """Yield what is found about the hooks, on a few rows; each part needs the one before."""
    task, given = use_case.features.task, settings.training.parameters
    use_case = (yield from attempted("config.yaml", with_parameters, use_case, given)) or use_case
    yield from attempted("config.yaml", check_settings, use_case, settings)
    yield from attempted("config.yaml", check_search, task, settings)
    frame = yield from frame_of(use_case)
    if frame is None:
        return
    rows = yield from attempted("split_X_y", use_case.rows, frame)
    if rows is None:
        return
    yield from attempted("config.yaml", check_measured, use_case, settings, rows.y)
    yield from _listed("leaks", leaking(use_case.features, frame, rows))
    if len(frame) > MOST_ROWS and rows.weight is None:
        kept = draw(rows, MOST_ROWS, settings.training.seed)
        if rows.y.iloc[kept].nunique() == rows.y.nunique() or task == "regression":
            frame, rows = frame.iloc[kept].reset_index(drop=True), rows.take(kept)
    preprocessor = yield from preprocessor_of(use_case, rows)
    if preprocessor is None:
        return
    found = yield from fitted(use_case, frame, rows, settings)
    if found is not None:
        yield from compiled(use_case, preprocessor, found, rows, settings)
