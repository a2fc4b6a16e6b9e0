"""A training run as the registry records it: parameters, metrics, reports, and its version."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from ..bundle.metadata import Metadata
from ..bundle.schema import Schema
from ..errors import ProjectError
from ..settings import Settings
from .client import BUNDLE, DIGEST, METRIC, ModelRegistry
from .embedded import artifacts
from .mlmodel import FILE, mlmodel
from .shown_pages import KIND, NAME, NOTE, description, run_page, version_page
from .workspace import is_workspace

CARD = "model-card.md"

_LONGEST = 500
"""Characters of a parameter; some registries take no more."""
_BATCH = 100
"""Names and values in a call; MLflow takes no more parameters, nor tags."""
_NONE: Mapping[str, Any] = MappingProxyType({})


class Recording:
    """An MLflow run that records a training: a `Recorder`, for as long as the block runs."""

    def __init__(self, registry: ModelRegistry, settings: Settings) -> None:
        """Record a run in a registry."""
        self._registry, self._settings = registry, settings
        self._version: int | None = None

    def __enter__(self) -> Self:
        """Begin the run, or go on with the one that MLFLOW_RUN_ID names.

        Raises:
            ProjectError: The registry does not answer; better now than after the training.
        """
        with self._registry.speaking():
            self._run = self._job() or self._client.create_run(self._experiment()).info
            options = self._settings.training.model_dump()
            given = {f"parameters.{name}": each for name, each in options.pop("parameters").items()}
            named = {f"training.{name}": str(value) for name, value in (options | given).items()}
            self._note(params=named)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the run; where it failed, note why."""
        run_id = self._run.run_id
        if error is None:
            with self._registry.speaking():
                self._client.set_terminated(run_id, "FINISHED")
            return
        with suppress(ProjectError), self._registry.speaking():
            self._client.set_tag(run_id, "failure", str(error)[:_LONGEST])
            self._client.set_terminated(run_id, "FAILED")

    def version(self, schema: Schema) -> int:
        """Register the next version; without a bundle as yet, it counts as none."""
        name, run = self._registry.name, self._run
        with self._registry.speaking():
            if self._registry.registered() is None:
                with _made_meanwhile():
                    self._client.create_registered_model(name, description=self._about_model())
            # First, for some registries read it when they register; the bundle needs its number.
            text = mlmodel(BUNDLE, run.run_id, schema)
            self._client.log_text(run.run_id, text, f"{BUNDLE}/{FILE}")
            source = f"{run.artifact_uri}/{BUNDLE}"
            self._version = int(self._client.create_model_version(name, source, run.run_id).version)
        return self._version

    def keep(self, metadata: Metadata, bundle: Path, reports: Path, params: dict[str, str]) -> None:
        """Upload a version's bundle and reports, and then let it count."""
        run_id, name = self._run.run_id, self._registry.name
        tags = {f"{METRIC}{metric}": f"{value:.6g}" for metric, value in metadata.metrics.items()}
        tags |= {"engine": metadata.engine, "uuid": str(metadata.uuid), DIGEST: metadata.digest}
        with self._registry.speaking():
            self._note(metadata.metrics | metadata.recorded, params, _about(metadata))
            self._client.log_artifacts(run_id, str(reports), "reports")
            self._client.log_artifacts(run_id, str(bundle), BUNDLE)
            self._describe(metadata, reports)
            for tag, value in tags.items():
                self._client.set_model_version_tag(name, str(self._version), tag, value)

    def pages(self) -> list[str]:
        """Return a server's pages of the version and its run, a line each."""
        name, version, uri = self._registry.name, self._version or 0, self._registry.uri
        if not (page := version_page(uri, name, version)):
            return []
        run = run_page(uri, self._run.experiment_id, self._run.run_id)
        return [f"version  {page}", f"run      {run}"]

    def _describe(self, metadata: Metadata, reports: Path) -> None:
        """Let MLflow's pages show the model card; a workspace of Azure has others."""
        if is_workspace(self._registry.uri):
            return
        name, version = self._registry.name, str(self._version)
        text = description((reports / CARD).read_text("utf-8"))
        title = f"{self._settings.model.titled}, version {metadata.version}"
        for tag, value in {NAME: title, NOTE: text}.items():
            self._client.set_tag(self._run.run_id, tag, value)
        self._client.update_model_version(name, version, text)

    def _about_model(self) -> str | None:
        model = self._settings.model
        return None if is_workspace(self._registry.uri) else model.description or model.titled

    def refuse(self, missed: list[str], metrics: dict[str, float], reports: Path) -> None:
        """Note that a model missed its thresholds, and keep its reports; the run has no version."""
        with self._registry.speaking():
            self._note(metrics, tags={"thresholds_missed": "; ".join(missed)})
            self._client.log_artifacts(self._run.run_id, str(reports), "reports")

    @property
    def _client(self) -> Any:
        return self._registry.client

    def _job(self) -> Any:
        """Return the run that MLflow's own variable says is under way, as in a job of Azure ML."""
        under_way = None if self._registry.embedded else os.environ.get("MLFLOW_RUN_ID")
        return self._client.get_run(under_way).info if under_way else None

    def _experiment(self) -> str:
        registry = self._registry
        if self._client.get_experiment_by_name(registry.name) is None:
            place = artifacts(registry.folder) if registry.embedded else None
            with _made_meanwhile():
                self._client.create_experiment(registry.name, artifact_location=place)
        found = self._client.get_experiment_by_name(registry.name)
        # Its page guesses once it is looked at; what somebody has chosen there stays.
        guessed = found.tags.get(KIND[0], "").endswith("inferred")
        if (guessed or KIND[0] not in found.tags) and not is_workspace(registry.uri):
            self._client.set_experiment_tag(found.experiment_id, *KIND)
        return str(found.experiment_id)

    def _note(
        self,
        metrics: Mapping[str, float] = _NONE,
        params: Mapping[str, str] = _NONE,
        tags: Mapping[str, str] = _NONE,
    ) -> None:
        """Record names and values of the run, many in a call: each is a journey to a server."""
        from mlflow.entities import Metric, Param, RunTag

        now = int(time.time() * 1000)
        made = [
            *(("metrics", Metric(name, value, now, 0)) for name, value in metrics.items()),
            *(("params", Param(name, value[:_LONGEST])) for name, value in params.items()),
            *(("tags", RunTag(name, value)) for name, value in tags.items()),
        ]
        for start in range(0, len(made), _BATCH):
            batch = defaultdict[str, list[Any]](list)
            for kind, each in made[start : start + _BATCH]:
                batch[kind].append(each)
            self._client.log_batch(self._run.run_id, **batch)


@contextmanager
def _made_meanwhile() -> Iterator[None]:
    """Take it for a success where another training has just made the same."""
    try:
        yield
    except Exception as error:  # MLflow's own type is not imported before it is needed
        if getattr(error, "error_code", "") != "RESOURCE_ALREADY_EXISTS":
            raise


def _about(metadata: Metadata) -> dict[str, str]:
    libraries = {f"library.{name}": version for name, version in metadata.libraries.items()}
    commit = {"mlflow.source.git.commit": metadata.git_commit} if metadata.git_commit else {}
    told = {
        "version": str(metadata.version),
        "engine": metadata.engine,
        "data.rows": str(metadata.data.rows),
        "data.sha256": metadata.data.sha256,
        **libraries,
        **commit,
    }
    return {name: value[:_LONGEST] for name, value in told.items()}
