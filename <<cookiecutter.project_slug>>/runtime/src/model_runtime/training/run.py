"""The training run, from the data to the bundle."""

from dataclasses import replace
from functools import partial
from typing import Any

from rich.console import Console

from ..automl.session import session
from ..bundle.metadata import Data, Metadata
from ..bundle.self_test import self_test
from ..bundle.write import write_bundle
from ..errors import ProjectError
from ..files import check_ours, replacing
from ..registry.record import Recorder, Unrecorded
from ..settings import Settings
from .classes import Names
from .describe import describe
from .encoded import encoded
from .evaluate import Scores, gates, score
from .fit import fit
from .leaks import Leaks, compare
from .pictures import draw_pictures
from .preflight import check_measured
from .progress import Progress
from .provenance import fingerprint
from .report import METRICS, refused_reports, write_metrics, write_model_card
from .resolve import resolve_schema
from .rows import Rows
from .search_report import write_search
from .split import split
from .store import Stored, store
from .use_case import UseCase


def train(
    use_case: UseCase, settings: Settings, console: Console, recorder: Recorder | None = None
) -> Metadata:
    """Make a bundle from a use case and put it in the place of the present one.

    Args:
        use_case: The hooks.
        settings: How to train, and where to write.
        console: For progress.
        recorder: Gives the bundle its version and keeps it; left out, nothing is kept, and the
            version is the one after the present bundle's.

    Returns:
        The new bundle's metadata.

    Raises:
        ProjectError: The data or the use case does not fit, or the model misses a threshold; the
            present bundle stays as it is.
    """
    features, options, progress = use_case.features, settings.training, Progress(console)
    recorder = recorder or Unrecorded(settings)
    _check_folders(settings)
    with progress.step("load") as step:
        rows, names, data, tags = _load(use_case)
        check_measured(use_case, settings, rows.y)
        parts = split(rows, options.test_size, options.seed, features.task)
        step.found = f"{len(rows.X):,} rows, {data.columns} columns; they fit features.yaml"
    with session(settings) as searching:
        with progress.step("fit") as step:
            searching.show = step.show
            pipeline = fit(use_case, parts.train, options.seed)
            schema = resolve_schema(features, rows.X, use_case.classes(pipeline[-1], names))
            step.found = f"{type(pipeline[-1]).__name__} on {len(parts.train):,} rows"
            step.found += f", {searching.found}" if searching.found else ""
            prepared = encoded(pipeline, schema)
            step.found += f"; {prepared}" if prepared.features else ""
        # Before the folds and reports: what can't be served is told as soon as it can be known.
        with progress.step("compile") as step:
            stored = store(pipeline, schema, parts, settings)
            step.found = str(stored)
        with progress.step("evaluate") as step:
            scores = score(use_case, pipeline, parts, rows, options, schema.classes)
            scores = replace(scores, gates=gates(features, settings))
            missed = features.missed(scores.hold_out)
            searching.show = step.show
            leaks = compare(use_case, parts, scores, options.seed)
            step.found = str(scores)
            if scores.worse_than_nothing:
                step.found += ", which is better: does the model learn what it is asked?"
    about = {
        "metrics": scores.hold_out,
        "system_packages": stored.system_packages,
        "thresholds": features.thresholds,
        "data": data,
        "tags": settings.model.tags | tags,
        "version": (Unrecorded(settings) if missed else recorder).version(),
    }
    bundle = describe(
        pipeline, schema, (stored.model, stored.engine, stored.parity), settings, **about
    )
    self_test(bundle.engine(options.trusted_types), schema, bundle.metadata)
    folder = refused_reports(settings.paths.reports) if missed else settings.paths.reports
    with progress.step("report") as step, replacing(folder, METRICS) as new:
        write_metrics(new, scores, missed, leaks)
        pictures = draw_pictures(new, pipeline, parts, schema.classes, options.seed)
        more = prepared.section() + (leaks.section() if leaks else [])
        more += write_search(new, searching.found) if searching.found else []
        write_model_card(new, features, bundle, scores, pictures, more)
        step.found = f"{folder}/model-card.md, {len(pictures)} pictures"
        if not missed:
            # Before the reports take their place, so that they never speak of another model.
            keep = partial(recorder.keep, reports=new, params=_params(pipeline[-1]))
            written = write_bundle(
                settings.paths.bundle, stored.model, schema, bundle.metadata, keep
            )
        else:
            recorder.refuse(missed, scores.hold_out, new)
    if missed:
        raise ProjectError(
            f"The model misses its thresholds: {'; '.join(missed)}. The bundle in "
            f"{settings.paths.bundle} is as it was; {folder} shows the new model."
        )
    closing = _closing(scores, leaks, stored, written, settings)
    console.print(closing, highlight=False, soft_wrap=True)
    return written


def _check_folders(settings: Settings) -> None:
    paths = settings.paths
    if paths.bundle.resolve() == paths.reports.resolve():
        raise ProjectError("config.yaml: paths.bundle and paths.reports are the same folder.")
    check_ours(paths.bundle, "metadata.json")
    check_ours(paths.reports, METRICS)


def _load(use_case: UseCase) -> tuple[Rows, Names, Data, dict[str, str]]:
    """Return rows, their classes' names, and the data's origin and tags; the frame is let go."""
    frame = use_case.load()
    rows = use_case.rows(frame)
    # A column of its own, for a view would keep all of the frame in memory.
    rows = replace(rows, y=rows.y.copy())
    names = use_case.names(frame, rows.y)
    return rows, names, fingerprint(frame, len(rows)), frame.attrs.get("tags", {})


def _params(estimator: Any) -> dict[str, str]:
    """Return an estimator's type and settings, those that are plain values."""
    settings = estimator.get_params(deep=False)
    plain = {name: value for name, value in settings.items() if _is_plain(value)}
    named = {f"estimator.{name}": str(value) for name, value in plain.items()}
    return {"estimator": type(estimator).__name__, **named}


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _closing(
    scores: Scores, leaks: Leaks | None, stored: Stored, written: Metadata, settings: Settings
) -> str:
    leaking = f"\n  leaks    {leaks}; not served" if leaks else ""
    gated = "".join(f"\n  gate     {each}" for each in scores.gated())
    return f"""
  quality  {scores}{gated}{leaking}
  engine   {stored}
  bundle   {settings.paths.bundle}, version {written.version}
  next     make serve"""
