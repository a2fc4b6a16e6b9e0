"""Read the one kind of object that Helm sends as protobuf: a release, in a Secret."""

import base64
from collections.abc import Iterator
from typing import Any

MAGIC = b"k8s\x00"


def read_secret(message: bytes) -> dict[str, Any]:
    """Return a Secret as its JSON would be.

    Fields by their numbers in k8s.io/api/core/v1 and k8s.io/apimachinery (generated.proto).
    """
    unknown = dict(_fields(message.removeprefix(MAGIC)))
    secret = list(_fields(unknown[2]))
    metadata = list(_fields(_first(secret, 1)))
    pairs = [dict(_fields(value)) for number, value in secret if number == 2]
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": _first(metadata, 1).decode(),
            "labels": {
                pair[1].decode(): pair[2].decode()
                for pair in (dict(_fields(value)) for number, value in metadata if number == 11)
            },
        },
        "data": {pair[1].decode(): base64.b64encode(pair[2]).decode() for pair in pairs},
        "type": _first(secret, 3).decode(),
    }


def _first(fields: list[tuple[int, bytes]], wanted: int) -> bytes:
    return next(value for number, value in fields if number == wanted)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each field; that of a number is left empty."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        if key & 7 == 0:
            _, at = _varint(message, at)
            yield key >> 3, b""
            continue
        assert key & 7 == 2, f"wire type {key & 7}"
        size, at = _varint(message, at)
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        shift, at = shift + 7, at + 1
        if byte < 128:
            return value, at
