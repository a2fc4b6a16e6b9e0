"""Download a file of any size: resumed where it broke off, checked, and only then in place."""

import http.client
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TimeRemainingColumn

from .counts import counted
from .errors import ProjectError

ATTEMPTS = 6
_BLOCK = 1024 * 1024

Check = Callable[[Path], str | None]


def download(
    source: str, target: Path, check: Check = lambda _: None, console: Console | None = None
) -> Path:
    """Bring a file here; until it is whole, it is `<target>.part`.

    Args:
        source: An address that starts with http:// or https://, or a path.
        target: Where the file goes.
        check: Says what is wrong with the whole file, or nothing.
        console: Where the progress is shown; left out, the terminal.

    Raises:
        ProjectError: The source can't be had, or what came does not pass the check.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    if source.startswith(("http://", "https://")):
        _fetch(source, part, console or Console())
    elif Path(source).is_file():
        shutil.copyfile(source, part)
    else:
        raise ProjectError(f"{source} is neither a file nor an address (http://, https://).")
    if wrong := check(part):
        part.unlink()
        raise ProjectError(
            f"{source} is not whole: {wrong}. It was removed; fetch it again (`make data`)."
        )
    return part.rename(target)


def _fetch(source: str, part: Path, console: Console) -> None:
    bar = Progress(
        "{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console
    )
    reason: object = "nothing came"
    with bar:
        task = bar.add_task(Path(source).name)
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(min(2**attempt / 10, 10))
            try:
                if _continue(source, part, bar, task):
                    return
                reason = "the connection broke off each time"
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise ProjectError(f"{source} answers {error.code} {error.reason}.") from error
                reason = error
            except (OSError, http.client.HTTPException) as error:
                reason = error
    kept = part.stat().st_size if part.exists() else 0
    raise ProjectError(
        f"{source} can't be had ({reason}). {counted(kept, 'byte is', 'bytes are')} in {part}; "
        "try again to go on."
    )


def _continue(source: str, part: Path, bar: Progress, task: TaskID) -> bool:
    """Fetch what is missing; return whether the file is then as long as the server says."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(source)  # noqa: S310
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=60)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        # Nothing is missing, or what is here is of another file: the check will tell.
        return error.headers.get("Content-Range", "").endswith(f"/{have}") or _again(part)
    with answer, part.open("ab" if answer.status == http.client.PARTIAL_CONTENT else "wb") as file:
        have = file.tell()
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        bar.update(task, total=total, completed=have)
        while block := answer.read(_BLOCK):
            file.write(block)
            bar.advance(task, len(block))
        return total is None or file.tell() == total


def _again(part: Path) -> bool:
    part.unlink()
    return False
