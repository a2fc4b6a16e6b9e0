"""The sockets that a service listens on: bound before anything is loaded, left without a loss."""

import ctypes
import errno
import socket
import struct
from contextlib import suppress
from typing import Any

from ..errors import ProjectError

_SO_ATTACH_FILTER = 26
_NO_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
"""Classic BPF (Linux, Documentation/networking/filter.rst) over a TCP segment: load its flags;
where SYN is set, drop it; else keep it."""


def bound_sockets(host: str, port: int) -> list[socket.socket]:
    """Return a socket for each address of a host, bound, but not listening yet.

    Raises:
        ProjectError: The host has no address here, or the port is in use.
    """
    bound, failure = [], OSError(errno.EADDRNOTAVAIL, "it has no address")
    try:
        for family, address in _addresses(host, port):
            try:
                bound.append(_bound(family, address))
            except OSError as error:
                # A name may have an address that the machine has not, e.g. ::1 without IPv6.
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                failure = error
    except OSError as error:
        failure, bound = error, []
    if not bound:
        raise cannot_listen(host, port, failure) from failure
    return bound


def cannot_listen(host: str, port: int, error: OSError) -> ProjectError:
    """Return the sentence for a system's refusal."""
    if error.errno == errno.EADDRINUSE:
        return ProjectError(
            f"Port {port} of {host} is in use: end what listens there, or take another port, "
            f"e.g. PORT={port + 1 if port < 65_535 else 8000}."
        )
    return ProjectError(f"Can't listen on port {port} of {host}: {error.strerror}.")


def _addresses(host: str, port: int) -> dict[tuple[int, Any], None]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return dict.fromkeys((family, address) for family, _, _, _, address in found)


def _bound(family: int, address: Any) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def refuse_new(listening: socket.socket) -> None:
    """Refuse new connections, while those already started are still accepted.

    To close a listening socket resets the connections that it has made and not handed over yet.
    So the kernel drops new ones' first segment: their clients send it again after a second, when
    the socket is closed, and are refused, having sent nothing. Where there is no such filter,
    connections go on being made until the socket is closed.
    """
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _NO_SYN))
    with suppress(OSError):
        value = struct.pack("HL", len(_NO_SYN), ctypes.addressof(program))
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, value)
