"""The performance of logged predictions, measured, and logs and outcomes made up for it."""

from pathlib import Path

import numpy as np

from model_runtime.bundle.read import Bundle
from model_runtime.evaluation.truth import class_names
from model_runtime.monitoring.outcomes import Outcomes
from model_runtime.monitoring.performance_report import PerformanceReport
from model_runtime.monitoring.performance_run import Asked, measure_performance
from model_runtime.monitoring.periods import Unit
from model_runtime.monitoring.places import open_log
from model_runtime.settings import Settings
from model_runtime.training.use_case import UseCase

from .labelled_files import QUIET
from .logged import event


def performed(
    use_case: UseCase,
    bundle: Bundle,
    settings: Settings,
    log: Path,
    known: Path,
    unit: Unit | None = None,
    **thresholds: str,
) -> PerformanceReport:
    """Return the performance of a log's predictions by the outcomes in a file."""
    schema = bundle.schema
    return measure_performance(
        use_case,
        bundle,
        settings,
        QUIET,
        open_log(str(log), "default", bundle.metadata.name, "", ""),
        Outcomes(known, schema.id or "", schema.target, classes=class_names(use_case, schema)),
        Asked(unit, thresholds),
    )


def csv(file: Path, *lines: str) -> Path:
    """Write outcomes of the shop, `customer,bought`."""
    file.write_text("\n".join(["customer,bought", *lines]) + "\n", "utf-8")
    return file


def many(n: int, right: float, version: int = 1, hours: float = 0) -> tuple[list, list[str]]:  # type: ignore[type-arg]
    """Return n events an hour apart, of which a share is right, and their outcomes."""
    random = np.random.default_rng(version)
    ids = [f"{version}-{k}" for k in range(n)]
    yes = random.random(n) < 0.5
    told = np.where(random.random(n) < right, yes, ~yes)
    shares = np.where(told, random.uniform(0.5, 1, n), random.uniform(0, 0.5, n))
    events = [
        event(name, {"yes": share, "no": 1 - share}, hours + k, version=version)
        for k, (name, share) in enumerate(zip(ids, shares.tolist(), strict=True))
    ]
    return events, [
        f"{name},{'yes' if each else 'no'}" for name, each in zip(ids, yes, strict=True)
    ]
