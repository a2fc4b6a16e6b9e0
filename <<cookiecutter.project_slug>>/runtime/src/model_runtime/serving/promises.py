"""The promises of the application's middlewares, and how early dispatch keeps each of them.

A middleware that is not here may do anything: then all requests go the general way.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from .account import Account
from .addresses import Below
from .admission import Admission
from .cross_origin import CrossOrigin
from .early_dispatch import EarlyDispatch
from .keys import Keys
from .observe import Observe
from .reply import Headers
from .state import State

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class Promise:
    """The way that early dispatch keeps a middleware's promise.

    Args:
        kept: How it does the middleware's part itself.
        general: Headers in small letters with which a request goes through the middleware.
        adds: Headers that the middleware adds to the answer to any other request.
    """

    kept: str
    general: frozenset[bytes] = frozenset()
    adds: Headers = ()


PROMISES: Mapping[Any, Promise] = {
    Observe: Promise(
        "An exchange has an id by the same rule and goes into the same account, and a failure is "
        "the same problem. HEAD is not plain, nor is any request while the service closes."
    ),
    Below: Promise("A way is looked up with the prefix and without it."),
    CrossOrigin: Promise(
        "To a request without an origin it only adds a header, for caches.",
        general=frozenset({b"origin"}),
        adds=((b"vary", b"Origin"),),
    ),
}

FRAMEWORK: Mapping[str, str] = {
    "ServerErrorMiddleware": "An exchange never raises: it answers with a problem.",
    "ExceptionTelemetryMiddleware": "Likewise: it tells of errors that were raised.",
    "ExceptionMiddleware": "A refusal becomes a problem in the exchange.",
    "AppBodyLimitMiddleware": "It is not set: the routes, and early dispatch, have their own.",
    "AsyncExitStackMiddleware": "It is for FastAPI's dependencies; predictions have none.",
}
"""Middlewares that FastAPI and Starlette put into every application, by name, as in `Promise`."""


def early_dispatch(
    app: FastAPI, state: State, account: Account, admission: Admission, keys: Keys, root_path: str
) -> EarlyDispatch | None:
    """Return the early dispatch of an application; None if it has a middleware of unknown promise.

    Args:
        app: The application with all its middlewares.
        state: The worker's.
        account: The service's.
        admission: The service's.
        keys: The service's.
        root_path: The path of the service behind a proxy.
    """
    wrapped = [middleware.cls for middleware in app.user_middleware]
    if unknown := [str(each) for each in wrapped if each not in PROMISES]:
        log.info("All requests go through the application, for the sake of %s.", unknown[0])
        return None
    promises = [PROMISES[each] for each in reversed(wrapped)]
    general = frozenset[bytes]().union(*(each.general for each in promises))
    added = [header for each in promises for header in each.adds]
    return EarlyDispatch(state, account, admission, keys, root_path, general, added)
