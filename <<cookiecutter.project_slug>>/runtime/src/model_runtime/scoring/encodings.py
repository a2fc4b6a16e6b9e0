"""Text files in other encodings than UTF-8, or with other ends of lines, as they are read."""

import codecs
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from ..errors import ProjectError
from ..tables.found_encoding import LOOKED_AT

_CHUNK = 1024 * 1024
_NO_TEXT = ".parquet"
_ENDS_WITH_RETURN = re.compile(rb'[\r\n]*+(?:[^"\r\n]|"[^"]*")*+\r(?!\n)')
"""A first line, and a carriage return without a line feed, outside of quotes."""


@contextmanager
def as_utf8(source: object, suffix: str, file: BinaryIO, encoding: str) -> Iterator[BinaryIO]:
    """Return a file of text in UTF-8: itself, or a temporary copy of what another encoding says.

    Args:
        source: Its path, for messages.
        suffix: Of its format, which says whether it is text.
        file: What it holds, from its beginning.
        encoding: By Python's names, such as latin-1, cp1252 or utf-16; empty for UTF-8.

    Raises:
        ProjectError: There is no such encoding of texts, or the file isn't in it.
    """
    if not encoding:
        yield file
        return
    decoder = _decoder(source, suffix, encoding)
    with tempfile.TemporaryFile() as copy:
        line = 1
        try:
            while chunk := file.read(_CHUNK):
                text = decoder.decode(chunk)
                line += text.count("\n")
                copy.write(text.encode())
            copy.write(decoder.decode(b"", True).encode())
        except UnicodeError as error:
            raise ProjectError(
                f"{source} is not in {encoding}: after line {line:,} there is something else "
                f"({error}). Say its own encoding, such as ENCODING=latin-1."
            ) from error
        copy.seek(0)
        yield copy


@contextmanager
def with_line_feeds(file: BinaryIO, is_csv: bool) -> Iterator[BinaryIO]:
    """Yield a text in UTF-8: itself, or a temporary copy if carriage returns alone end the lines.

    Excel writes such as "CSV (Macintosh)"; of CSV the first line tells. Other lines have no quoted
    ends, but a carriage return may be a blank in them: it ends them where there is no line feed.
    """
    first = file.read(LOOKED_AT)
    file.seek(0)
    if not (_ENDS_WITH_RETURN.match(first) if is_csv else b"\r" in first and b"\n" not in first):
        yield file
        return
    # By its bytes, for what is no UTF-8 is told by line later.
    feeds = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("latin-1")(), translate=True)
    with tempfile.TemporaryFile() as copy:
        while chunk := file.read(_CHUNK):
            copy.write(feeds.decode(chunk).encode("latin-1"))
        copy.write(feeds.decode(b"", final=True).encode("latin-1"))
        copy.seek(0)
        yield copy


def _decoder(source: object, suffix: str, encoding: str) -> codecs.IncrementalDecoder:
    if suffix == _NO_TEXT:
        raise ProjectError(f"{source} has no ENCODING: only CSV and JSON lines are texts.")
    try:
        "".encode(encoding)  # of bytes, or of texts alone, are some of Python's
        return codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise ProjectError(
            f"ENCODING is '{encoding}', which Python does not know; write one such as latin-1, "
            "cp1252 or utf-16."
        ) from error
