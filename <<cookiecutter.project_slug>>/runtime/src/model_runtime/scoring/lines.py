"""Read a file in blocks of whole lines."""

from collections.abc import Iterator
from typing import BinaryIO

BLOCK = 4 * 1024 * 1024
"""Bytes that are read at once."""

LONGEST = 1024 * 1024
"""Bytes that a record may have; longer ones are rejected, for memory has to end somewhere."""

TOO_LONG = f"is longer than {LONGEST:,} bytes"


def whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file's bytes in blocks that end with a line feed, the last one's added if need be.

    A byte order mark at the begin is left out. Of a line that does not fit into a block, no more
    than is needed to see that it is longer than `LONGEST` is kept.
    """
    rest = file.read(3).removeprefix(b"\xef\xbb\xbf")
    while chunk := file.read(BLOCK):
        content = rest + chunk
        end = content.rfind(b"\n") + 1
        if end:
            yield content[:end]
        rest = content[end:]
        if len(rest) > LONGEST:
            rest = rest[: LONGEST + 1]
    if rest:
        yield rest + b"\n"
