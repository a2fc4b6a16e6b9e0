"""Hashes by a key, so that few values can't be found by trying them all."""

import hashlib
from typing import Any


class Hash:
    """A keyed hash (BLAKE2b, RFC 7693, 16 bytes)."""

    def __init__(self, key: str) -> None:
        """Take a key of up to 64 bytes."""
        self._key = key.encode()

    def __call__(self, value: Any) -> str | None:
        """Return a value's hash in hexadecimal; what is missing has none. 3 and 3.0 are one."""
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return hashlib.blake2b(str(value).encode(), key=self._key, digest_size=16).hexdigest()
