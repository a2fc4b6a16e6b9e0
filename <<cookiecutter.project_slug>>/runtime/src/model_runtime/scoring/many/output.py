"""OUTPUT: pieces below `_unfinished/` until all are there, then each in its place."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from ...errors import ProjectError
from ...files import locked
from .pieces import Done, Piece
from .place import Place

UNFINISHED = "_unfinished"
"""Readers of folders leave out what begins with an underscore."""

REJECTS, RECORDS, MANIFEST = "_rejects", "_pieces", "_manifest.json"

_AT_ONCE = 16
"""Requests to a storage at once."""

_RECORDS_AT_ONCE = 256


def piece_of(piece: Piece) -> Place:
    """Return where a piece's scored rows are at first."""
    return piece.output.below(f"{UNFINISHED}/{piece.target}")


def rejects_of(piece: Piece) -> Place:
    """Return where its rejects are at first, if there are any."""
    return piece.output.below(f"{UNFINISHED}/{rejects_path(piece.target)}")


def record_of(piece: Piece) -> Place:
    """Return where it is noted what a piece was and what came of it."""
    return piece.output.below(f"{UNFINISHED}/{RECORDS}/{piece.target}.json")


def rejects_path(target: str) -> str:
    """Return the path of a piece's rejects below OUTPUT."""
    return f"{REJECTS}/{target}.csv"


class Output:
    """The folder OUTPUT."""

    def __init__(self, place: Place) -> None:
        """Use a place."""
        self.place, self._unfinished = place, place.below(UNFINISHED)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs on this machine away; on other storages nobody does.

        Raises:
            ProjectError: Another run is writing there, or it is a file or holds what scoring did
                not write.
        """
        self._check_free()
        if not self.place.local:
            yield
            return
        folder = Path(self._unfinished.path)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with locked(folder / ".lock", wait=False):
                try:
                    yield
                finally:
                    self._remove_empty(folder)
        except BlockingIOError as error:
            raise ProjectError(
                f"Another run is writing to {self.place.name}; wait until it is done."
            ) from error

    def _remove_empty(self, folder: Path) -> None:
        """Leave nothing where nothing was done."""
        if folder.is_dir() and [each.name for each in folder.iterdir()] == [".lock"]:
            (folder / ".lock").unlink(missing_ok=True)
            folder.rmdir()

    def _check_free(self) -> None:
        storage, path = self.place.storage, self.place.path
        if storage.isfile(path):
            raise ProjectError(f"OUTPUT {self.place.name} is a file; name a folder.")
        try:
            names = [each.rstrip("/").rpartition("/")[2] for each in storage.ls(path, detail=False)]
        except FileNotFoundError:
            return
        strange = sorted(name for name in names if name and not name.startswith("."))
        if strange and not {UNFINISHED, MANIFEST} & set(strange):
            raise ProjectError(
                f"OUTPUT {self.place.name} holds files that scoring did not write, such as "
                f"{strange[0]}; name another folder, or empty it."
            )

    def manifest(self) -> dict[str, Any] | None:
        """Return the manifest of a finished run; one that was only to be moved is, first."""
        if (ready := self._unfinished.below(MANIFEST)).storage.exists(ready.path):
            self._put_into_place(json.loads(ready.read()))
        if not (file := self.place.below(MANIFEST)).storage.exists(file.path):
            return None
        found: dict[str, Any] = json.loads(file.read())
        return found

    def finished(
        self, pieces: Iterable[Piece], made_by: dict[str, Any]
    ) -> Iterator[tuple[Piece, Done | None]]:
        """Yield each piece with what came of it, if it is finished and nothing has changed since.

        Args:
            pieces: They are asked for some at a time.
            made_by: See `Sent`.
        """
        there = self._unfinished.files()
        waiting = iter(pieces)
        while some := list(islice(waiting, _RECORDS_AT_ONCE)):
            known = [piece for piece in some if _all_there(piece, there)]
            paths = [record_of(piece).path for piece in known]
            records = self.place.storage.cat(paths, on_error="omit") if paths else {}
            contents = dict(zip((id(piece) for piece in known), paths, strict=True))
            for piece in some:
                content = records.get(contents.get(id(piece), ""))
                yield piece, _as_done(piece, made_by, content, there)

    def finish(self, manifest: dict[str, Any]) -> None:
        """Put all into place, the manifest last; a run that is interrupted here is finished first.

        Raises:
            ProjectError: A piece is not there.
        """
        self._check_all(manifest)
        ready = self._unfinished.below(MANIFEST)
        ready.write(json.dumps(manifest, indent=1, ensure_ascii=False).encode())
        self._put_into_place(manifest)

    def _check_all(self, manifest: dict[str, Any]) -> None:
        there = self._unfinished.files()
        if lacking := [path for path in _paths(manifest) if path not in there]:
            raise ProjectError(
                f"{self._unfinished.below(lacking[0]).name} is not there, though it was written: "
                "OUTPUT has to be a folder that all workers share with this machine, or on an "
                "object storage."
            )

    def _put_into_place(self, manifest: dict[str, Any]) -> None:
        there = self._unfinished.files()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _ in pool.map(self._move, (path for path in _paths(manifest) if path in there)):
                pass
        self._move(MANIFEST)
        self._unfinished.remove()

    def _move(self, path: str) -> None:
        self._unfinished.below(path).move(self.place.below(path))

    def remove_unfinished(self) -> None:
        """Remove what a finished run has left."""
        self._unfinished.remove()


def _paths(manifest: dict[str, Any]) -> Iterator[str]:
    """Yield the paths of all files of a finished run but the manifest."""
    for file in manifest["files"]:
        yield from file["outputs"]
        yield from file["rejects"]


def _all_there(piece: Piece, there: dict[str, int]) -> bool:
    return piece.target in there and f"{RECORDS}/{piece.target}.json" in there


def _as_done(
    piece: Piece, made_by: dict[str, Any], content: bytes | None, there: dict[str, int]
) -> Done | None:
    """Return a record's counts, if it is one of this very piece."""
    try:
        record = {"form": {}} | json.loads(content or b"{}")
    except ValueError:
        return None
    wanted = piece.made_of() | made_by
    if any(record.pop(name, None) != value for name, value in wanted.items()):
        return None
    if record["rejected"] and rejects_path(piece.target) not in there:
        return None
    return Done(**record | {"ignored": tuple(record["ignored"])})
