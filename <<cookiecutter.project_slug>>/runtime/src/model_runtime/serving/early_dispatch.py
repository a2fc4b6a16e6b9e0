"""Early dispatch: predictions go from the server's protocol to the model, past ASGI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..contract.route import PredictionRoute
from .account import Account
from .admission import Admission
from .body_headers import is_json
from .exchange import Exchange
from .keys import Keys
from .observe import given_id, new_id
from .predictor import INLINE_BYTES, Predictor
from .reply import Headers, begun
from .state import State

if TYPE_CHECKING:
    from .early_connection import EarlyConnection

_GENERAL = frozenset({b"content-encoding", b"expect", b"transfer-encoding", b"upgrade"})
"""Headers of requests that a route reads in a way of its own."""


@dataclass(frozen=True)
class Way:
    """A prediction route and all that answers for it, in short reach."""

    route: PredictionRoute
    predictor: Predictor
    most_bytes: int
    version: str
    version_line: bytes

    @classmethod
    def of(cls, route: PredictionRoute, predictor: Predictor, most_bytes: int) -> Way:
        """Return the way to a route, for bodies of some length at most."""
        version = str(predictor.version)
        line = f"\r\nx-model-version: {version}\r\nx-request-id: ".encode()
        return cls(route, predictor, min(most_bytes, INLINE_BYTES), version, line)


class EarlyDispatch:
    """Takes the requests that are plain: which the application would only have passed on.

    All others go to the application: nothing is answered here that it would answer otherwise.
    """

    def __init__(
        self,
        state: State,
        account: Account,
        admission: Admission,
        keys: Keys,
        prefix: str,
        general: frozenset[bytes],
        added: Headers,
    ) -> None:
        """Dispatch to what is served.

        Args:
            state: The worker's.
            account: Takes note of them.
            admission: Bounds them.
            keys: Who may ask; the others hear from the application why not.
            prefix: The path of the service behind a proxy.
            general: Names of headers, in small letters, with which a request is not plain.
            added: Headers that each answer has beside those of the route.
        """
        self.state, self.account, self.admission = state, account, admission
        self._keys = keys
        self._prefix, self._general = prefix.encode(), _GENERAL | general
        self.added = added
        self.end = b"".join(b"\r\n%b: %b" % header for header in added)
        self._headers: Headers = ()
        self._begin = b""

    def exchange(
        self, connection: EarlyConnection, url: bytes, headers: list[tuple[bytes, bytes]]
    ) -> Exchange | None:
        """Return the exchange that a head begins; None where it has to go the general way."""
        served = self.state.served
        if not served or self.state.closing:
            return None
        way = served.ways.get(url) or served.ways.get(url.removeprefix(self._prefix))
        if not way:
            return None
        named = dict(headers)
        if len(named) != len(headers) or not self._general.isdisjoint(named):
            return None
        length, kind = named.get(b"content-length"), named.get(b"content-type")
        if not length or int(length) > way.most_bytes or not kind or not is_json(kind):
            return None
        if self._keys.refusal(headers, "predictions"):
            return None
        id_ = given_id(headers) or new_id() if b"x-request-id" in named else new_id()
        return Exchange(self, connection, way, url, headers, id_)

    def begin(self, headers: Headers) -> bytes:
        """Return how an answer begins, up to its length; `headers` change once a second."""
        if headers is not self._headers:
            self._headers = headers
            self._begin = begun(200, [*headers, (b"content-type", b"application/json")])
            self._begin += b"content-length: "
        return self._begin
