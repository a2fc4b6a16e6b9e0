"""The model registry: MLflow's, in this project's own folder, on a tracking server or in Azure ML.

A version's tags are `metrics.<name>`, `engine`, `uuid` and `digest`, that of the bundle's metadata.
`digest` is set last: a version without it has no whole bundle and counts as none. `image` is the
note of the image that was pushed of it (`delivery/image_note.py`).
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import ProjectError
from ..settings import Settings
from ..tasks import BETTER_WHEN_LOW
from .addresses import shown, told
from .embedded import DATABASE, address, open_embedded
from .marks import CHAMPION, Aliases, Marks, Tags
from .workspace import check, connect, is_workspace, refusal

BUNDLE = "bundle"
DIGEST = "digest"
METRIC = "metrics."
_MOST_DIGITS = 10
_SOURCE = "registry.uri in config.yaml, or MLFLOW_TRACKING_URI in the environment"
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""MLflow's variables, where the environment does not set them."""


@dataclass(frozen=True)
class Version:
    """A version of the model, as the registry knows it."""

    number: int
    run_id: str
    created: datetime
    tags: dict[str, str]
    aliases: tuple[str, ...]

    @property
    def champion(self) -> bool:
        """True for the version to be served."""
        return CHAMPION in self.aliases

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics on its hold-out, by name."""
        return {
            name.removeprefix(METRIC): float(value)
            for name, value in self.tags.items()
            if name.startswith(METRIC)
        }


class ModelRegistry:
    """The versions of one registered model; every call may raise a ProjectError."""

    def __init__(self, settings: Settings) -> None:
        """Look at the registry that config.yaml or the environment names; nothing is opened yet."""
        self.settings = settings.registry
        self.name = settings.model.name
        self.folder = settings.paths.registry.resolve()
        given = self.settings.uri or os.environ.get("MLFLOW_TRACKING_URI", "")
        self.embedded = not given
        self.uri = given or address(self.folder / DATABASE)

    def __str__(self) -> str:
        """Name the registry, without what may be secret in its address."""
        return str(self.folder) if self.embedded else shown(self.uri)

    @cached_property
    def client(self) -> Any:
        """MLflow's client."""
        for name, value in _QUIET.items():
            os.environ.setdefault(name, value)
        if is_workspace(self.uri):
            check(self.uri)
        try:
            from mlflow import MlflowClient
        except ImportError as error:
            raise ProjectError(
                "The registry needs mlflow, which is not installed here: install the group "
                "'registry' (`uv sync --group registry`)."
            ) from error
        logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
        if is_workspace(self.uri):
            connect(self.uri)
        with self.speaking():
            if self.embedded:
                # A client makes the tables when it is asked for something.
                open_embedded(
                    self.folder,
                    lambda uri: MlflowClient(uri, uri).search_experiments(max_results=1),
                )
            return MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    @cached_property
    def marks(self) -> Marks:
        """The marks of its versions: champion, aliases."""
        if is_workspace(self.uri):
            return Tags(self.client, self.name, self.registered_versions)
        return Aliases(self.client, self.name, self.registered)

    def versions(self) -> list[Version]:
        """Return all versions that have a whole bundle, newest first."""
        return [version for version in self.all_versions() if DIGEST in version.tags]

    def all_versions(self) -> list[Version]:
        """Return all versions, newest first, those without a whole bundle too."""
        with self.speaking():
            aliases = self.marks.aliases()
            known = [_version(each, aliases) for each in self.registered_versions()]
        return sorted(known, key=lambda version: -version.number)

    def find(self, wanted: str) -> Version:
        """Return the version that a word names.

        Args:
            wanted: `latest`, `best` (by the metric in config.yaml), a number, or `@` and an alias.

        Raises:
            ProjectError: There is no such version, or the registry does not answer.
        """
        versions = self.versions()
        if not versions:
            raise ProjectError(f"{self} has no version of '{self.name}'; train one (`make train`).")
        if wanted == "latest":
            return versions[0]
        if wanted == "best":
            return self._best(versions)
        number = self._number(wanted)
        for version in versions:
            if version.number == number:
                return version
        there = ", ".join(str(version.number) for version in versions[:10])
        raise ProjectError(f"{self} has no whole version {number} of '{self.name}', but: {there}.")

    def champion(self) -> Version | None:
        """Return the version that is to be served; None where none was promoted yet."""
        return next((version for version in self.versions() if version.champion), None)

    def download(self, version: Version, folder: Path) -> Path:
        """Bring a version's bundle into a folder, as it is, and return its path there."""
        with self.speaking():
            return Path(self.client.download_artifacts(version.run_id, BUNDLE, str(folder)))

    def tag(self, version: Version, name: str, value: str) -> None:
        """Note something with a version, in the place of what was noted under that name before."""
        with self.speaking():
            self.client.set_model_version_tag(self.name, str(version.number), name, value)

    def registered_versions(self) -> list[Any]:
        """Return MLflow's versions of the model, page by page."""
        wanted = f"name='{self.name}'"
        page = self.client.search_model_versions(wanted)
        found = [*page]
        while page.token:
            page = self.client.search_model_versions(wanted, page_token=page.token)
            found += page
        return found

    def registered(self) -> Any:
        """Return MLflow's registered model; None before the first version."""
        try:
            return self.client.get_registered_model(self.name)
        except Exception as error:  # MLflow's own type is not imported before it is needed
            if getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Turn what MLflow raises into a sentence."""
        try:
            yield
        except ProjectError:
            raise
        except Exception as error:  # of MLflow, requests, sqlalchemy and the artifacts' store
            hint = "" if self.embedded else f" {self._way_out(error)}"
            # Not `from error`: what MLflow says may hold the address's password.
            raise ProjectError(
                f"The registry {self} fails: {told(error, self.uri)}.{hint}"
            ) from None

    def _way_out(self, error: Exception) -> str:
        refused = refusal(error) if is_workspace(self.uri) else None
        return refused or f"See {_SOURCE}, and whether its server is up."

    def _number(self, wanted: str) -> int:
        if wanted.isdecimal() and len(wanted) < _MOST_DIGITS:
            return int(wanted)
        if not wanted.startswith("@"):
            raise ProjectError(
                f"'{wanted}' is no version: say latest, best, a number, or an alias like @champion."
            )
        with self.speaking():
            aliases = self.marks.aliases()
        if wanted[1:] not in aliases:
            raise ProjectError(
                f"No version of '{self.name}' has the alias {wanted}; `make models` lists them, "
                "`make promote VERSION=…` makes one the @champion."
            )
        return aliases[wanted[1:]]

    def _best(self, versions: list[Version]) -> Version:
        metric = self.settings.metric
        sign = -1 if metric in BETTER_WHEN_LOW else 1
        measured = [version for version in versions if metric in version.metrics]
        if not measured:
            raise ProjectError(
                f"No version has the metric '{metric}' (registry.metric in config.yaml), but: "
                f"{', '.join(versions[0].metrics)}."
            )
        return max(measured, key=lambda version: sign * version.metrics[metric])


def _version(found: Any, aliases: dict[str, int]) -> Version:
    created = datetime.fromtimestamp(found.creation_timestamp / 1000, UTC)
    number = int(found.version)
    own = tuple(sorted(name for name, of in aliases.items() if of == number))
    return Version(number, found.run_id, created, dict(found.tags), own)
