"""Corners of the forward protocol, which a collector of others' making does not come to."""

import hashlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest

from model_runtime.serving.prediction_log import forward
from model_runtime.serving.prediction_log.event import Dropped
from model_runtime.serving.prediction_log.forward import Collector
from model_runtime.settings.log import Forward

KEY = "shared"
NONCE = bytes(range(0xF0, 0x100))
pack, unpack = msgspec.msgpack.encode, msgspec.msgpack.decode

Talk = Callable[[socket.socket], None]


@contextmanager
def collector(*talks: Talk, key: str = "") -> Iterator[Collector]:
    """Yield a client of a collector that handles each connection by a function, then closes it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for talk in talks:
                connection, _ = server.accept()
                with connection:
                    talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        client = Collector(Forward(host="127.0.0.1", port=server.getsockname()[1], tag="t"), key)
        yield client
        client.disconnect()
        thread.join(timeout=10)
        assert not thread.is_alive()


def send(client: Collector) -> None:
    events = [Dropped("now", number) for number in range(20)]
    client.write(client.encode(events, [1.5] * 20) + client.encode(events[:1], [2.0]), 21)


def take(connection: socket.socket) -> str:
    """Receive a chunk of `send`; return its name."""
    text = b""
    while True:
        text += connection.recv(4096)
        try:
            tag, entries, options = unpack(text)
        except msgspec.DecodeError:
            continue
        break
    assert (tag, options["size"]) == ("t", 21)
    assert entries.count(b"\xd7\x00") == 21  # EventTime is an extension of 8 bytes, its type 0
    return str(options["chunk"])


def acknowledge(connection: socket.socket) -> None:
    connection.sendall(pack({"ack": take(connection)}))


def test_an_answer_may_come_in_parts() -> None:
    def talk(connection: socket.socket) -> None:
        answer = pack({"ack": take(connection)})
        connection.sendall(answer[:7])
        connection.sendall(answer[7:])

    with collector(talk) as client:
        send(client)


def test_a_connection_that_was_closed_while_idle_is_made_anew() -> None:
    with collector(acknowledge, acknowledge) as client:
        send(client)
        assert client._connection is not None
        assert select.select([client._connection], [], [], 10)[0], "it has not been closed"
        send(client)


def greet(connection: socket.socket, key: str = KEY) -> None:
    """Greet as Fluent Bit does, whose nonce is a text of bytes that are no UTF-8."""
    nonce = b"\xb0" + NONCE
    helo = b"\x92" + pack("HELO") + b"\x82" + pack("nonce") + nonce + pack("auth") + nonce
    connection.sendall(helo)
    _, host, salt, digest, user, password = unpack(connection.recv(4096))
    assert (user, password) == ("", "")

    def expected(name: str) -> str:
        return hashlib.sha512(salt.encode() + name.encode() + NONCE + key.encode()).hexdigest()

    reason = "" if digest == expected(host) else "Shared key mismatch"
    pong = ("PONG", not reason, reason, "bit", "" if reason else expected("bit"))
    connection.sendall(pack(pong))


def test_fluent_bits_greeting_is_understood() -> None:
    def talk(connection: socket.socket) -> None:
        greet(connection)
        acknowledge(connection)

    with collector(talk, key=KEY) as client:
        send(client)


def lie(connection: socket.socket) -> None:
    """Say yes to any key without knowing it."""
    connection.sendall(pack(("HELO", {"nonce": "n", "auth": ""})))
    connection.recv(4096)
    connection.sendall(pack(("PONG", True, "", "bit", "0" * 128)))


def ask_for_a_key(connection: socket.socket) -> None:
    connection.sendall(pack(("HELO", {"nonce": "n", "auth": ""})))
    connection.recv(4096)


@pytest.mark.parametrize(
    ("talk", "key", "sentence"),
    [
        (lambda connection: greet(connection, "other"), KEY, "refuses the shared key: Shared key"),
        (lie, KEY, "it has another shared key"),
        (ask_for_a_key, "", "asks for a shared key: log.shared_key"),
        (lambda connection: connection.sendall(pack([1])), KEY, "something else than a greeting"),
        (lambda connection: connection.sendall(pack(["HELO", {}])), KEY, "asks for a shared key"),
        (lambda connection: None, KEY, "closed the connection instead of sending a greeting"),
    ],
)
def test_a_collector_that_takes_nothing_is_told_why(talk: Talk, key: str, sentence: str) -> None:
    with collector(talk, key=key) as client, pytest.raises(ConnectionError, match=sentence):
        send(client)


def test_what_is_not_acknowledged_is_not_taken() -> None:
    def talk(connection: socket.socket) -> None:
        take(connection)
        connection.sendall(pack({"ack": "another"}))

    with collector(talk) as client, pytest.raises(ConnectionError, match="another chunk"):
        send(client)


def test_a_collector_that_stands_still_is_left_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forward, "_ANSWER_SECONDS", 0.1)
    ended = threading.Event()

    def stand_still(connection: socket.socket) -> None:
        take(connection)
        ended.wait(10)

    with collector(stand_still, acknowledge) as client:
        with pytest.raises(TimeoutError, match="an acknowledgement did not come in"):
            send(client)
        ended.set()
        monkeypatch.setattr(forward, "_ANSWER_SECONDS", 10)
        send(client)
