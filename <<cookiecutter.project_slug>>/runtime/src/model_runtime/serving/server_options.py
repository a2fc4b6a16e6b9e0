"""The server's options, each one decided on; none is left to uvicorn's defaults or environment."""

import resource
from contextlib import suppress
from functools import partial
from typing import Any

from ..settings import Settings
from .connection import Connection
from .patience import Limits

_BACKLOG = 2048
"""Connections that the system keeps until the service takes them, all at once if need be."""
_OTHER_FILES = 100
"""File handles that are no connections: the program's, its log, pages that are sent."""


def server_options(settings: Settings) -> dict[str, Any]:
    """Return what uvicorn's `Config` takes beside the application and the number of workers.

    Raises this process's limit of open files to what the connections need, as far as it may.
    """
    serving = settings.serving
    connections, backlog = _capacity(serving.max_connections)
    return {
        "host": serving.host,
        "port": serving.port,
        "backlog": backlog,
        "http": partial(Connection, limits=Limits(serving.request_seconds, connections)),
        "ws": "none",
        "loop": "uvloop",
        "interface": "asgi3",
        # With "auto" a start that fails would be taken for an application without a start.
        "lifespan": "on",
        # A prefix is `addresses`' work: uvicorn's knows only proxies that strip it.
        "root_path": "",
        # Nothing here depends on the client's address or scheme: nobody's word is taken for them.
        "proxy_headers": False,
        "forwarded_allow_ips": [],
        # Would refuse probes, too, and because of idle connections; `Connection` has its own.
        "limit_concurrency": None,
        "limit_max_requests": None,
        "timeout_keep_alive": serving.keep_alive_seconds,
        "timeout_graceful_shutdown": serving.shutdown_seconds,
        "access_log": False,
        "log_level": settings.log.level,
        "server_header": False,
        "date_header": True,
    }


def _capacity(connections: int) -> tuple[int, int]:
    """Return how many connections there can be at once, and how many may wait to be taken."""
    wanted = connections + _BACKLOG + _OTHER_FILES
    handles = _open_files(wanted)
    if handles >= wanted:
        return connections, _BACKLOG
    return min(connections, handles // 2), min(_BACKLOG, handles // 4)


def _open_files(wanted: int) -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with suppress(OSError, ValueError):  # a system's own bound below the hard limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
