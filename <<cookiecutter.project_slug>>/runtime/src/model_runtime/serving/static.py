"""Files as they are, each named by its content: an image gives all of them one time."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope


class ContentFiles(StaticFiles):
    """A folder's files, which browsers ask for again and get only where they have changed.

    By time and size, as Starlette does it, an edit of equal length would stay unseen, and a browser
    that is told a date of long ago does not even ask.
    """

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file, or that it is as the browser has it."""
        digest = _digest(Path(full_path), stat_result.st_ctime_ns, stat_result.st_size)
        headers = {"etag": f'"{digest}"', "cache-control": "no-cache"}
        found = FileResponse(full_path, status_code, headers, stat_result=stat_result)
        del found.headers["last-modified"]
        if self.is_not_modified(found.headers, Headers(scope=scope)):
            return NotModifiedResponse(found.headers)
        return found


@lru_cache(maxsize=256)
def _digest(file: Path, changed: int, size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:32]
