"""A collector of Fluentd's forward protocol, version 1 (Fluentd, Fluent Bit and others).

https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1: events go in PackedForward
mode, and count as taken when the collector has acknowledged their chunk.
"""

import base64
import hashlib
import hmac
import os
import select
import socket
import ssl
import struct
from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import msgspec
from msgspec.msgpack import Ext

from ...settings.log import Forward
from .delivery import Destination
from .event import Dropped, Event

T = TypeVar("T")

_ENCODER = msgspec.msgpack.Encoder(enc_hook=str)
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 20.0
"""Seconds in which a collector answers; longer than a slow disk takes to keep a chunk."""
_LONGEST_ANSWER = 4096
_EVENT_TIME = 0
"""The type of MessagePack's extension that holds seconds and nanoseconds."""


class Helo(msgspec.Struct, array_like=True):
    """A collector's greeting; what Fluent Bit's nonce has are any bytes, packed as a text."""

    kind: Literal["HELO"]
    options: dict[str, msgspec.Raw]


class Pong(msgspec.Struct, array_like=True):
    """A collector's word about the shared key."""

    kind: Literal["PONG"]
    knows: bool
    reason: str
    host: str
    digest: str


class Collector(Destination):
    """A connection to a collector, made anew whenever it is lost."""

    name = "forward"

    def __init__(self, settings: Forward, shared_key: str) -> None:
        """Take an address; without a shared key there is no handshake."""
        self._host, self._port, self._tag = settings.host, settings.port, settings.tag
        self._key = shared_key.encode()
        self._tls = _context(settings.ca_file) if settings.tls else None
        self._connection: socket.socket | None = None

    def __str__(self) -> str:
        """See `Destination`."""
        return f"The collector at {self._host}:{self._port}"

    def encode(self, events: Sequence[Event | Dropped], times: Sequence[float]) -> bytes:
        """See `Destination`: entries one after the other, each of a time and a record."""
        entries = [(_event_time(time), event) for event, time in zip(events, times, strict=True)]
        packed = _ENCODER.encode(entries)
        return packed[_length_of_header(len(entries)) :]

    def write(self, content: bytes, events: int) -> None:
        """See `Destination`."""
        try:
            connection = self._connected()
            chunk = base64.b64encode(os.urandom(16)).decode()
            options = {"size": events, "chunk": chunk}
            connection.sendall(_ENCODER.encode((self._tag, content, options)))
            if _received(connection, dict[str, Any], "an acknowledgement").get("ack") != chunk:
                raise ConnectionError("it acknowledges another chunk")
        except BaseException:
            self.disconnect()
            raise

    def _connected(self) -> socket.socket:
        if self._connection and select.select([self._connection], [], [], 0)[0]:
            self.disconnect()  # between chunks a collector says nothing but that it has closed it
        if not self._connection:
            address = (self._host, self._port)
            try:
                self._connection = socket.create_connection(address, _CONNECT_SECONDS)
            except UnicodeError as error:
                raise ConnectionError(f"{self._host} is no host: {error}") from error
            if self._tls:
                self._connection = self._tls.wrap_socket(
                    self._connection, server_hostname=self._host
                )
            self._connection.settimeout(_ANSWER_SECONDS)
            if self._key:
                _shake_hands(self._connection, self._key)
        return self._connection

    def disconnect(self) -> None:
        """Close the connection, if there is one."""
        if self._connection:
            self._connection.close()
            self._connection = None


def _shake_hands(connection: socket.socket, key: bytes) -> None:
    """Prove to the collector that the key is known, and let it prove the same.

    Raises:
        ConnectionError: It does not know the key, or wants none.
    """
    helo = _received(connection, Helo, "a greeting (HELO)")
    nonce = _content(bytes(helo.options["nonce"]))
    host, salt = socket.gethostname(), os.urandom(16).hex()
    digest = _digest(salt, host, nonce, key)
    connection.sendall(_ENCODER.encode(("PING", host, salt, digest, "", "")))
    pong = _received(connection, Pong, "a word about the shared key (PONG)")
    if not pong.knows:
        raise ConnectionError(f"it refuses the shared key: {pong.reason}")
    expected = _digest(salt, pong.host, nonce, key)
    if not hmac.compare_digest(pong.digest.encode(), expected.encode()):
        raise ConnectionError("it has another shared key")


def _digest(salt: str, host: str, nonce: bytes, key: bytes) -> str:
    return hashlib.sha512(salt.encode() + host.encode() + nonce + key).hexdigest()


def _received(connection: socket.socket, form: type[T], what: str) -> T:
    """Return a collector's next message, of a form.

    Raises:
        ConnectionError: It has closed the connection, or says something else.
    """
    text = b""
    while len(text) < _LONGEST_ANSWER:
        try:
            part = connection.recv(_LONGEST_ANSWER)
        except TimeoutError as error:
            raise TimeoutError(f"{what} did not come in {_ANSWER_SECONDS:.0f} s") from error
        if not part:
            raise ConnectionError(f"it has closed the connection instead of sending {what}")
        text += part
        try:
            return msgspec.msgpack.decode(text, type=form)
        except msgspec.ValidationError:
            break
        except msgspec.DecodeError:
            continue  # a part of it has come
    if b"HELO" in text:
        raise ConnectionError("it asks for a shared key: log.shared_key, in the environment")
    raise ConnectionError(f"it sends something else than {what}")


def _context(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or None)


def _event_time(time: float) -> Ext:
    seconds = int(time)
    return Ext(_EVENT_TIME, struct.pack(">II", seconds, int((time - seconds) * 1e9)))


def _length_of_header(items: int) -> int:
    """Return how many bytes MessagePack has before an array's first item."""
    return 1 if items < 16 else 3 if items < 2**16 else 5


def _content(packed: bytes) -> bytes:
    """Return the bytes of a packed text or binary of less than 256 bytes."""
    return packed[1:] if packed[0] >> 5 == 0b101 else packed[2:]
