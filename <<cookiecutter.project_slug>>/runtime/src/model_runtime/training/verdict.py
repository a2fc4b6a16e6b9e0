"""The end of a training run: the model is accepted, and served from then on, or refused."""

from typing import Any

from ..bundle.metadata import Metadata
from ..bundle.write import new_bundle
from ..counts import counted
from ..errors import ProjectError
from ..files import check_ours, replacing
from ..progress import Progress
from ..settings import Settings
from .assemble import Candidate
from .recorder import Recorder
from .report import METRICS, refused_reports, write_reports


def check_folders(settings: Settings) -> None:
    """See that a run may replace the bundle and the reports, before it begins.

    Raises:
        ProjectError: They are one folder, or one holds what training did not write.
    """
    paths = settings.paths
    if paths.bundle.resolve() == paths.reports.resolve():
        raise ProjectError("config.yaml: paths.bundle and paths.reports are the same folder.")
    check_ours(paths.bundle, "metadata.json")
    check_ours(paths.reports, METRICS)


def accept(
    candidate: Candidate, settings: Settings, recorder: Recorder, progress: Progress
) -> Metadata:
    """Record a model, then put its bundle and its reports in the place of the present ones.

    The bundle takes its place before the reports do, so that they never speak of another model.

    Returns:
        The metadata as written, with the recorder's version.

    Raises:
        ProjectError: It can't be recorded or written; what is there stays.
    """
    paths, seed = settings.paths, settings.training.seed
    candidate = candidate.numbered(recorder.version(candidate.bundle.schema))
    with progress.step("report") as step, replacing(paths.reports, METRICS) as reports:
        pictures = write_reports(reports, candidate, seed)
        with new_bundle(paths.bundle, candidate.bundle) as (metadata, bundle):
            recorder.keep(metadata, bundle, reports, _params(candidate.learned.estimator))
        step.found = f"{paths.reports}/model-card.md, {counted(pictures, 'picture')}"
    return metadata


def refuse(
    candidate: Candidate, settings: Settings, recorder: Recorder, progress: Progress
) -> ProjectError:
    """Write the reports of a model that misses its thresholds, and return the error to raise."""
    paths, judged = settings.paths, candidate.judged
    folder = refused_reports(paths.reports)
    with progress.step("report") as step, replacing(folder, METRICS) as reports:
        pictures = write_reports(reports, candidate, settings.training.seed)
        metrics = judged.scores.hold_out | candidate.learned.records.metrics
        recorder.refuse(judged.missed, metrics, reports)
        step.found = f"{folder}/model-card.md, {counted(pictures, 'picture')}"
    return ProjectError(
        f"The model misses its thresholds: {'; '.join(judged.missed)}. The bundle in "
        f"{paths.bundle} is as it was; {folder} shows the new model."
    )


def _params(estimator: Any) -> dict[str, str]:
    """Return an estimator's type and settings, those that are plain values."""
    settings = estimator.get_params(deep=False)
    plain = {name: value for name, value in settings.items() if _is_plain(value)}
    named = {f"estimator.{name}": str(value) for name, value in plain.items()}
    return {"estimator": type(estimator).__name__, **named}


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))
