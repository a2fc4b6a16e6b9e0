"""A service whose bundle is replaced while it runs."""

import ctypes
import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from model_runtime.bundle.read import Bundle
from model_runtime.bundle.write import write_bundle
from model_runtime.testing.service import PATIENCE, Service, running

TOKEN = "a-token-for-tests-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ADMIN = {"SERVING__ADMIN_TOKEN": TOKEN, "SERVING__WATCH_SECONDS": "0"}
WATCHING = {"SERVING__WATCH_SECONDS": "0.05"}


@dataclass(frozen=True)
class Place:
    """A folder whose bundle is replaced."""

    folder: Path

    @property
    def log(self) -> str:
        return self.folder.with_name("log").read_text()

    def put(self, bundle: Bundle, **changes: Any) -> None:
        metadata = bundle.metadata.model_copy(update=changes)
        write_bundle(self.folder, bundle.model, bundle.schema, metadata)


@dataclass(frozen=True)
class Served(Service):
    """A service and the folder that it reads."""

    place: Place

    def reload(self, **headers: str) -> httpx.Response:
        return self.client.post("/admin/reload", headers=headers or BEARER)

    @property
    def version(self) -> int:
        return int(self.post("/api/predict", self.example).headers["x-model-version"])

    def counted(self, outcome: str) -> float:
        """Return how many reloads came to this, by the metrics."""
        text = self.client.get("/metrics").text
        return float(text.split(f'model_reloads_total{{outcome="{outcome}"}} ')[1].split("\n")[0])


@contextmanager
def serving(place: Place, **environment: str) -> Iterator[Served]:
    with running(place.folder, place.folder.with_name("log"), **environment) as service:
        yield Served(service.client, service.process, place)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"{what} did not come about in {PATIENCE} s"
        time.sleep(0.02)


def await_looks(folder: Path, number: int) -> None:
    """Wait until a folder was listed so often: Linux tells each time by inotify."""
    opened, name_follows = 0x20, 12  # IN_OPEN; where an event on a file in the folder has a length
    system = ctypes.CDLL(None)
    notices = system.inotify_init()
    try:
        assert system.inotify_add_watch(notices, os.fsencode(folder), opened) > 0
        while number:
            assert select.select([notices], [], [], PATIENCE)[0], f"{folder} is not looked at"
            number -= not any(os.read(notices, 16)[name_follows:])
    finally:
        os.close(notices)


def written(place: Place, text: str) -> bool:
    return text in place.log


def miss_the_gate(place: Place, bundle: Bundle) -> str:
    name, value = next(iter(bundle.metadata.metrics.items()))
    place.put(bundle, thresholds={name: f"> {value + 1}"})
    return "misses its own thresholds"
