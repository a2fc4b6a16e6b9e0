"""API keys: made from randomness, kept as their hashes, one line each.

A line has a name, the end of its validity and a hash: `alice 2027-05-01T00:00:00Z sha256:…`. The
hash is plain SHA-256: a key is 256 bits of randomness, of which nobody can try a noticeable part.
Slow hashes are for passwords, which people choose; here they would cost each request.
"""

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from .errors import ProjectError
from .project import project

HEADER = "X-API-Key"
_FORM = "name, end and hash, as in 'alice 2027-05-01T00:00:00Z sha256:…' (make key NAME=alice)"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class ApiKey:
    """A key, as far as the service knows it.

    Args:
        name: Its owner's; a name may have several keys, while one follows another.
        until: The end of its validity, in seconds since 1970.
        digest: Its SHA-256.
    """

    name: str
    until: float
    digest: bytes

    @property
    def end(self) -> str:
        """The end of its validity, for people and in lines."""
        return f"{datetime.fromtimestamp(self.until, UTC):%Y-%m-%dT%H:%M:%SZ}"

    @property
    def line(self) -> str:
        """The line that the service needs to know it."""
        return f"{self.name} {self.end} sha256:{self.digest.hex()}"


def make_key(name: str, days: int) -> tuple[str, ApiKey]:
    """Return a new key, which nothing else has, and what the service is to know of it.

    Raises:
        ProjectError: The name or the days are not to be used.
    """
    if not _NAME.fullmatch(name):
        raise ProjectError(
            f"{name!r} is no name for a key; give one, as in NAME=alice: at most 64 letters, "
            "digits and . _ @ -, the first a letter or a digit."
        )
    if not 1 <= days <= 3650:
        raise ProjectError(f"A key is valid for 1 to 3650 days, not for {days}.")
    key = f"key_{secrets.token_urlsafe(32)}"
    until = (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)
    return key, ApiKey(name, until.timestamp(), digest_of(key.encode()))


def digest_of(key: bytes) -> bytes:
    """Return the hash of a key."""
    return sha256(key).digest()


def read_keys(text: str) -> list[ApiKey]:
    """Return the keys of lines, several of a line apart by commas; `#` begins a comment.

    Raises:
        ValueError: A line is none; the message does not repeat it, for it may hold a key itself.
    """
    return list(_keys(text))


def _keys(text: str) -> Iterator[ApiKey]:
    for number, line in enumerate(text.splitlines(), 1):
        for part in line.partition("#")[0].split(","):
            if words := part.split():
                yield _key(words, number)


def _key(words: list[str], number: int) -> ApiKey:
    if len(words) != 3 or not _NAME.fullmatch(words[0]) or not _HASH.fullmatch(words[2]):
        raise ValueError(f"line {number} is not {_FORM}")
    digest = bytes.fromhex(words[2].removeprefix("sha256:"))
    if digest == digest_of(b""):
        raise ValueError(f"line {number} has the hash of an empty text, which is no key")
    return ApiKey(words[0], _end(words[1], number), digest)


def _end(written: str, number: int) -> float:
    try:
        end = datetime.fromisoformat(written)
    except ValueError:
        end = datetime.min
    if end.tzinfo is None:
        raise ValueError(f"line {number} has no end like 2027-05-01T00:00:00Z, with a time zone")
    return end.timestamp()


def own_key_variable() -> str:
    """Return the name of the variable that has the key of this project's own clients."""
    return f"{project().prefix}API_KEY"


def own_key() -> str:
    """Return the key of this project's own clients, from the environment; empty for none."""
    return os.environ.get(own_key_variable(), "").strip()


def key_headers(key: str) -> Mapping[str, str]:
    """Return the headers by which a client shows its key, if it has one."""
    return {HEADER: key} if key else {}
