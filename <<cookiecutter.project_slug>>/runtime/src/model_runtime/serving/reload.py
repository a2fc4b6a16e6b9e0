"""Put a bundle into service, at the start or in place of another, without losing a request."""

import asyncio
import gc
import logging
from contextlib import suppress
from pathlib import Path
from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel

from ..bundle.read import read_bundle
from ..errors import ProjectError
from ..settings import Settings
from .admission import Admission
from .changes import Mark, mark_of
from .guard import guard
from .loading import in_own_thread
from .metrics import Metrics
from .prediction_log import open_log
from .prepare import prepare
from .state import Served, State

log = logging.getLogger("uvicorn.error")

Marks = tuple[tuple[str, Mark], ...]
"""Name and mark of each file of a bundle."""


class Reloaded(BaseModel):
    """The change that a reload made; `from_version` is null where nothing was served before."""

    outcome: Literal["switched", "same"]
    from_version: int | None
    to_version: int


class Reloader:
    """Reads the bundle's folder, whenever it is asked to or finds it changed."""

    def __init__(
        self,
        app: FastAPI,
        settings: Settings,
        state: State,
        metrics: Metrics,
        admission: Admission,
    ) -> None:
        """Serve by an application; `app.state.fixed` has the routes that any bundle leaves."""
        self._app, self._settings, self._state = app, settings, state
        self._metrics, self._admission = metrics, admission
        self._log = open_log(settings.log, metrics.dropped)
        self._folder = settings.paths.bundle
        self._turn = asyncio.Lock()
        self._read: Marks = ()
        self.tried = asyncio.Event()

    async def run(self) -> None:
        """Load the bundle, then look for changes if config.yaml says so; `tried` comes between."""
        with suppress(ProjectError):
            await self._load()
        self.tried.set()
        seconds = self._settings.serving.watch_seconds
        while seconds:
            await asyncio.sleep(seconds)
            if await asyncio.to_thread(_marks, self._folder) != self._read:
                with suppress(ProjectError):
                    await self.reload()

    async def reload(self) -> Reloaded:
        """Serve the bundle that lies in the folder now; one call after the other.

        Raises:
            ProjectError: The bundle is refused; what was served before still is.
        """
        try:
            done = await self._load()
        except ProjectError:
            self._metrics.reloaded("refused")
            raise
        self._metrics.reloaded(done.outcome)
        return done

    def close(self) -> None:
        """Write the prediction log's last lines."""
        if self._log:
            self._log.close()

    async def _load(self) -> Reloaded:
        async with self._turn:
            before = self._state.served
            try:
                served = await in_own_thread(self._prepare)
            except ProjectError as error:
                raise self._refused(error) from error
            if served is not before:
                self._take_over(served)
                _settle(again=before is not None)
            return Reloaded(
                outcome="same" if served is before else "switched",
                from_version=before.metadata.version if before else None,
                to_version=served.metadata.version,
            )

    def _prepare(self) -> Served:
        """Return what is in the folder, ready to answer; it may be what is served already."""
        # Before reading, so that a change during it is found later.
        self._read = _marks(self._folder)
        try:
            bundle = read_bundle(self._folder)
            before = self._state.served
            if before and before.metadata.digest == bundle.metadata.digest:
                return before
            if before and before.metadata.name != bundle.metadata.name:
                raise ProjectError(
                    f"{self._folder} holds '{bundle.metadata.name}', and this service is of "
                    f"'{before.metadata.name}'; start another service for another model."
                )
            fixed = self._app.state.fixed
            return prepare(bundle, self._settings, self._metrics, self._admission, self._log, fixed)
        except ProjectError:
            raise
        except Exception as error:
            log.exception("loading the bundle failed")
            raise ProjectError("Loading the bundle failed; the service's log says why.") from error

    def _refused(self, error: ProjectError) -> ProjectError:
        if served := self._state.served:
            error = ProjectError(f"{error} Version {served.metadata.version} keeps serving.")
            log.error("A bundle is refused. %s", error)
        else:
            self._state.reason = str(error)
            log.error("Not ready, and no prediction will be answered. %s", error)
        return error

    def _take_over(self, served: Served) -> None:
        """Put the model's routes in front; requests under way keep those they came by."""
        before, metadata = self._state.served, served.metadata
        guard(served.routes, self._app.state.keys)
        self._app.router.routes[:] = served.routes
        self._app.openapi_schema = served.openapi
        self._metrics.serves(metadata)
        self._state.served = served
        self._state.place.take()
        log.info(
            "Ready: %s, version %d%s, engine %s.%s",
            metadata.name,
            metadata.version,
            f" in place of version {before.metadata.version}" if before else "",
            metadata.engine,
            " Its page is /docs." if self._settings.serving.docs else "",
        )


def _settle(again: bool) -> None:
    """Let the garbage collector pass over all that lives as long as the model.

    To walk through it takes 20 to 60 ms, for which every request would wait, several times a second
    under load.

    Args:
        again: Collect what a model before this one has left.
    """
    if again:
        gc.unfreeze()
        gc.collect()
    gc.freeze()


def _marks(folder: Path) -> Marks:
    try:
        files = [(file.name, mark_of(file.stat())) for file in folder.iterdir()]
    except OSError:
        return ()
    return tuple(sorted(files))
