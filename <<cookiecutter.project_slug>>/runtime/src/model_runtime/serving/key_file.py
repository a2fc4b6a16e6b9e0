"""The file with the keys' lines, read anew when it changes."""

import logging
import time
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from ..api_key import ApiKey, read_keys
from ..errors import ProjectError
from ..settings import ApiKeys
from .changes import Mark, mark_of

log = logging.getLogger("uvicorn.error")

LOOK_SECONDS = 1.0
"""Time between two looks at the file."""


class KeyFile:
    """A file that may be replaced or rewritten at any time; a broken one changes nothing.

    It is looked at by who asks for its keys, so that each worker follows it by itself.
    """

    def __init__(self, path: Path) -> None:
        """Read the file; it is looked at again when it is asked for, at most once a second."""
        self._path = path
        self._keys: list[ApiKey] = []
        self._mark, self._next = _mark(path), time.monotonic() + LOOK_SECONDS
        self._reread()

    def keys(self) -> list[ApiKey]:
        """Return the keys; it is another list when they are others."""
        if (now := time.monotonic()) >= self._next:
            self._next = now + LOOK_SECONDS
            if (mark := _mark(self._path)) != self._mark:
                self._mark = mark
                if self._reread():
                    log.info("API keys: %s has %s.", self._path, told(self._keys))
        return self._keys

    def _reread(self) -> bool:
        try:
            self._keys = keys_in(self._path)
        except ProjectError as error:
            log.error("API keys: %s Until then there is still: %s.", error, told(self._keys))
            return False
        return True


def keys_in(path: Path) -> list[ApiKey]:
    """Return the keys in a file.

    Raises:
        ProjectError: It can't be read, is empty, as one is that is being written, or has a line
            that is none.
    """
    try:
        text = path.read_text("utf-8")
        found = read_keys(text)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ProjectError(
            f"{path} (serving.api_keys.file) can't be used: {reason}; put it right."
        ) from error
    if not text.strip():
        raise ProjectError(
            f"{path} (serving.api_keys.file) is empty; put a key's line into it (make key NAME=…), "
            "or a comment (# …) where nobody is to be let in."
        )
    return found


def told(keys: list[ApiKey]) -> str:
    """Return the keys' names and ends, for people."""
    now = time.time()
    each = [f"{key.name} ({'expired' if key.until <= now else 'until'} {key.end})" for key in keys]
    return ", ".join(each) or "no key"


def _mark(path: Path) -> Mark | None:
    try:
        return mark_of(path.stat())
    except OSError:
        return None


def say_who_may_ask(settings: ApiKeys, addresses: Iterable[str]) -> None:
    """Log which keys there are, or that none is asked for where others can reach the service.

    Raises:
        ProjectError: The file with the keys can't be used.
    """
    if settings.on:
        keys = read_keys(settings.lines) + (keys_in(Path(settings.file)) if settings.file else [])
        log.info("API keys are asked for (%s): %s.", ", ".join(settings.guard), told(keys))
    elif not all(ip_address(address.partition("%")[0]).is_loopback for address in addresses):
        log.warning(
            "No API key is asked for, and others than this machine may reach the service: who may "
            "ask has to be decided in front of it, or by serving.api_keys (make key NAME=…)."
        )
