"""Logs of lines: files and folders of them, standard input, and `kubectl logs`."""

import gzip
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..errors import ProjectError
from ..progress import advance
from ..scoring.run import opened
from ..tables.found_encoding import DAMAGES, no_whole_gzip
from .elasticsearch import Index
from .source import Lines, Log, Source, Window, moment

_WORKLOADS = ("deployment", "deploy", "statefulset", "replicaset", "job")


def open_log(place: str, namespace: str, model: str, since: str, until: str) -> Log:
    """Return the log of a model's predictions between two times, each of which may be left out.

    Raises:
        ProjectError: See `open_source`; or what should be a time is none.
    """
    window = Window(
        moment(since, "SINCE") if since else float("-inf"),
        moment(until, "UNTIL") if until else float("inf"),
    )
    return Log(open_source(place, namespace), model, window)


def open_source(place: str, namespace: str) -> Source:
    """Return the log that is meant.

    Args:
        place: A file, a folder, `pod/NAME`, `deployment/NAME`, an Elasticsearch index's address;
            empty or `-` for standard input.
        namespace: Of the pod.

    Raises:
        ProjectError: It is nothing of these.
    """
    if place in ("", "-"):
        return StandardInput()
    if place.startswith(("http://", "https://")):
        return Index(place)
    path = Path(place)
    if path.exists():
        return Files(path)
    kind, _, name = place.partition("/")
    if name and kind in ("pod", *_WORKLOADS):
        return Pods(place, namespace)
    raise ProjectError(
        f"FROM is '{place}', and that is neither a file or folder here, nor pod/NAME or "
        "deployment/NAME, nor the address of an index (https://host:9200/index)."
    )


class Files(Lines):
    """A file, or the files of a folder by name; what ends with .gz is unpacked."""

    def __init__(self, path: Path) -> None:
        """Read a file, or those of a folder.

        Raises:
            ProjectError: The folder is empty.
        """
        self._path = path
        self._files = sorted(path.iterdir()) if path.is_dir() else [path]
        self._files = [file for file in self._files if file.is_file()]
        self._done, self._total = 0, sum(file.stat().st_size for file in self._files)
        if not self._files:
            raise ProjectError(f"FROM is {path}, a folder without files.")

    def __str__(self) -> str:
        """Return its path."""
        return str(self._path)

    def files(self) -> Iterator[BinaryIO]:
        """See `Lines`."""
        for file in self._files:
            with opened(file) as self._open:
                packed = file.suffix == ".gz"
                yield cast(BinaryIO, gzip.GzipFile(fileobj=self._open)) if packed else self._open
            self._done += file.stat().st_size

    def records(self, window: Window) -> Iterator[Any]:
        """See `Source`."""
        try:
            yield from super().records(window)
        except DAMAGES as error:
            raise no_whole_gzip(self._open.name, error) from error

    def show(self) -> None:
        """See `Lines`."""
        advance(self._done + self._open.tell(), self._total, "bytes")


class StandardInput(Lines):
    """Standard input, as in `kubectl logs … | make performance`."""

    def __str__(self) -> str:
        """Return its name."""
        return "standard input"

    def files(self) -> Iterator[BinaryIO]:
        """See `Lines`."""
        if sys.stdin.isatty():
            raise ProjectError(
                "Say where the prediction log is: FROM=file, FROM=pod/name, "
                "FROM=https://host:9200/index, or pipe it in."
            )
        yield sys.stdin.buffer


class Pods(Lines):
    """The log of a pod, or of all pods of a workload, by kubectl."""

    def __init__(self, name: str, namespace: str) -> None:
        """Read `pod/NAME`, or all pods of `deployment/NAME` or another workload."""
        self._name, self._namespace = name, namespace

    def __str__(self) -> str:
        """Return the pod's name and namespace."""
        return f"{self._name} in namespace {self._namespace}"

    def files(self) -> Iterator[BinaryIO]:
        """See `Lines`.

        Raises:
            ProjectError: kubectl is missing or fails.
        """
        if not (kubectl := shutil.which("kubectl")):
            raise ProjectError(
                "kubectl is not installed here; get https://kubernetes.io/docs/tasks/tools/."
            )
        every = [] if self._name.startswith("pod/") else ["--all-pods=true"]
        command = [kubectl, "logs", self._name, f"--namespace={self._namespace}", *every]
        with tempfile.TemporaryFile() as errors:
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process:  # noqa: S603
                yield cast(BinaryIO, process.stdout)
            if process.returncode:
                errors.seek(0)
                reason = errors.read(2_000).decode(errors="replace").strip()
                raise ProjectError(f"kubectl can't read the log of {self}: {reason}")
