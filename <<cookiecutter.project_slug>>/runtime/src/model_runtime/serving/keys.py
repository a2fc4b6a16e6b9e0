"""The keys by which clients may ask, and the refusal of those that have none."""

import hmac
import math
import time
from collections.abc import Sequence
from pathlib import Path

from ..api_key import ApiKey, digest_of, read_keys
from ..contract.problems import Refusal
from ..settings import ApiKeys
from ..settings.types import RouteGroup
from .key_file import KeyFile
from .rate import Rate

_HEADER, _AUTHORIZATION, _SCHEME = b"x-api-key", b"authorization", b"bearer "
_NOBODY = ApiKey("", 0.0, bytes(32))

_SEND = "Send an API key as 'Authorization: Bearer …' or 'X-API-Key: …'."
_WRONG = "The API key is not valid, or no longer; ask the service's operators for another."


class Keys:
    """The keys of the file and of the environment, and the requests that each may send.

    What a request bears is hashed and looked up by its hash, which nobody can bring near another
    one, so that the lookup's time tells nothing; and the rest of the way is the same for a key that
    is wrong, missing, expired or revoked.
    """

    def __init__(self, settings: ApiKeys) -> None:
        """Know the keys that the settings name; without any, nothing asks for one."""
        self._settings = settings
        self._guarded = frozenset(settings.guard if settings.on else ())
        self._file = KeyFile(Path(settings.file)) if settings.file else None
        self._lines = read_keys(settings.lines)
        self._of_file: list[ApiKey] = []
        self._known = {key.digest: key for key in self._lines}
        self._rate = Rate(settings.per_second, settings.burst)

    def guards(self, group: RouteGroup) -> bool:
        """Tell whether a group's routes ask for a key."""
        return group in self._guarded

    def refusal(self, headers: Sequence[tuple[bytes, bytes]], group: RouteGroup) -> Refusal | None:
        """Return why a request may not be answered, or None if it may; count it for its key."""
        if group not in self._guarded:
            return None
        given = _given(headers)
        digest = digest_of(given)
        key = self._keys().get(digest, _NOBODY)
        if not (hmac.compare_digest(key.digest, digest) & (time.time() < key.until)):
            return _unauthorized(_WRONG if given else _SEND, bool(given))
        seconds = self._rate.wait(key.name)
        if not seconds:
            return None
        allowed = self._settings.per_second, self._settings.burst
        return too_many(key.name, *allowed, math.ceil(seconds))

    def _keys(self) -> dict[bytes, ApiKey]:
        if self._file and (found := self._file.keys()) is not self._of_file:
            self._of_file = found
            self._known = {key.digest: key for key in (*self._lines, *found)}
        return self._known


def too_many(name: str, per_second: float, burst: int, seconds: int) -> Refusal:
    """Return the refusal of a key that has sent more than it may."""
    detail = (
        f"The key of '{name}' may send {per_second:g} requests a second and "
        f"{burst} at once; try again in {seconds} s."
    )
    return Refusal(429, "Too many requests", detail, headers={"retry-after": str(seconds)})


def no_key() -> Refusal:
    """Return the refusal of a request without a key."""
    return _unauthorized(_SEND, False)


def _unauthorized(detail: str, was_given: bool) -> Refusal:
    error = ', error="invalid_token"' if was_given else ""  # RFC 6750, 3.1
    headers = {"www-authenticate": f'Bearer realm="api"{error}'}
    return Refusal(401, "Unauthorized", detail, headers=headers)


def _given(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return the key that a request bears; X-API-Key goes before what may be a proxy's."""
    bearer = b""
    for name, value in headers:
        if name == _HEADER and (key := value.strip()):
            return key
        if name == _AUTHORIZATION and value[:7].lower() == _SCHEME:
            bearer = value[7:].strip()
    return bearer
