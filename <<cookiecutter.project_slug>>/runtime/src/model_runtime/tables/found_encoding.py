"""The encoding of a text file, found by looking at it."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from ..errors import ProjectError

LOOKED_AT = 2**18
"""The bytes that are looked at."""

DAMAGES = (gzip.BadGzipFile, EOFError, zlib.error)
"""The errors of reading with gzip what is none, is cut off or was changed."""

_BLOCK = 2**22
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before that of UTF-16, with which it begins
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_ZEROS_IN = 200
_NOT_CP1252 = b"\x81\x8d\x8f\x90\x9d"


def marked(first: bytes) -> str:
    """Return the encoding that a byte order mark says; without one, UTF-16 by its zeros."""
    return byte_order_mark(first) or next(_by_zeros(first[:_ZEROS_IN]), "")


def byte_order_mark(first: bytes) -> str:
    """Return the encoding whose mark stands first, or nothing.

    UTF-32's may be UTF-16's before a NUL: it is the one that the rest is in.
    """
    names = [name for mark, name in _BOMS.items() if first.startswith(mark)]
    return next((name for name in names if _decodes(first, name)), names[0] if names else "")


def _by_zeros(first: bytes) -> Iterator[str]:
    """Yield UTF-16 where one of two bytes is mostly zero, as in ASCII's signs, and no other is."""
    for name, zeros, others in (
        ("utf-16-le", first[1::2], first[::2]),
        ("utf-16-be", first[::2], first[1::2]),
    ):
        if 2 * zeros.count(0) > len(zeros) and not others.count(0):
            yield name


def _decodes(first: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(first, final=len(first) < LOOKED_AT)
    except UnicodeError:
        return False
    return True


def likely(first: bytes) -> str:
    """Return UTF-8, or Windows' encoding where more is broken than UTF-8's signs outside ASCII."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(first)
    broken = text.count("\ufffd") - first.count("\ufffd".encode())  # which a text may have itself
    if not broken or 2 * broken <= len(text) - len(text.encode("ascii", "ignore")):
        return "utf-8"
    return "latin-1" if first.translate(None, _NOT_CP1252) != first else "cp1252"


def no_whole_gzip(path: object, error: Exception) -> ProjectError:
    """Return the error of a file whose name ends with .gz, and that can't be unpacked."""
    return ProjectError(
        f"{path} is no whole gzip file ({error}): fetch or pack it again, or, if it is no gzip at "
        "all, let its name end without .gz."
    )


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for as long as it is read, also one that gzip made.

    Raises:
        ProjectError: It can't be read, or is called gzip's and is not, or not whole.
    """
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            yield cast(BinaryIO, file)
    except DAMAGES as error:
        raise no_whole_gzip(path, error) from error
    except OSError as error:
        raise ProjectError(f"{path} can't be read ({error.strerror or error}).") from error


def check_encoding(path: Path, encoding: str) -> None:
    """Refuse an encoding that is none, or is not this file's."""
    try:
        _decode(path, encoding)
    except LookupError as error:
        raise ProjectError(
            f"{encoding} is no encoding that Python knows; say another one, e.g. ENCODING=latin-1."
        ) from error
    except UnicodeError as error:
        raise ProjectError(
            f"{path} is not {encoding} ({error.reason if hasattr(error, 'reason') else error}); "
            "say another encoding, e.g. ENCODING=latin-1."
        ) from error


def _decode(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with opened(path) as file:
        while block := file.read(_BLOCK):
            decoder.decode(block)
    decoder.decode(b"", final=True)


def guessed(path: Path) -> str:
    """Return the encoding of a file without a mark, of which all is read."""
    for encoding in ("utf-8", "cp1252"):
        with suppress(UnicodeError):
            _decode(path, encoding)
            return encoding
    return "latin-1"  # in which each byte is a character
