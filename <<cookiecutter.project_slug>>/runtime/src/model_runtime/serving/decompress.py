"""Decompress a request's body, no more of it than allowed."""

import asyncio
import zlib

from ..contract.problems import Refusal

_INLINE = 2 * 1024
"""Bytes up to which a body is decompressed sooner than another thread would begin."""

_GZIP, _ZLIB, _RAW = 31, 15, -15


async def decompress(body: bytes, coding: str, most: int) -> bytes:
    """Return a body as it was before `gzip` or `deflate`.

    Raises:
        Refusal: It is damaged (400), or longer than allowed (413), which ends the work.
    """
    if len(body) <= _INLINE:
        return _decompressed(body, coding, most)
    return await asyncio.to_thread(_decompressed, body, coding, most)


def _decompressed(body: bytes, coding: str, most: int) -> bytes:
    form = _GZIP if coding == "gzip" else _deflate_form(body)
    work = zlib.decompressobj(form)
    try:
        found = work.decompress(body, most + 1)
    except zlib.error as error:
        raise _damaged(coding, str(error)) from None
    if len(found) > most:
        raise Refusal(
            413,
            "Body too large",
            f"A request has at most {most:,} bytes, decompressed; send fewer rows in one.",
        )
    if not work.eof:
        raise _damaged(coding, "its end is missing")
    if work.unused_data:
        raise _damaged(coding, "something follows after its end")
    return found


def _deflate_form(body: bytes) -> int:
    """Return the form of `deflate`: zlib's (RFC 9110), or bare as some clients send it."""
    start = int.from_bytes(body[:2])
    return _ZLIB if start >> 8 & 15 == 8 and start % 31 == 0 else _RAW


def _damaged(coding: str, why: str) -> Refusal:
    return Refusal(400, f"Invalid {coding}", f"The body can't be decompressed: {why}.")
