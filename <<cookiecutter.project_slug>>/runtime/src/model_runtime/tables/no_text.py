"""Files that are called texts, and are none."""

import codecs

from ..errors import ProjectError
from .found_encoding import byte_order_mark

_KINDS = {
    b"\x1f\x8b\x08": "was compressed by gzip: unpack it",
    b"BZh": "was compressed by bzip2: unpack it",
    b"\xfd7zXZ\x00": "was compressed by xz: unpack it",
    b"\x28\xb5\x2f\xfd": "was compressed by Zstandard: unpack it",
    b"PK\x03\x04": "is a zip archive or a workbook of Excel: unpack it, or save its sheet as CSV",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "is a workbook of Excel: save its sheet as CSV",
    b"PAR1": "is Parquet: let its name end with .parquet",
    b"%PDF-": "is a PDF: export its table as CSV",
    b"SQLite format 3\x00": "is a database of SQLite: export its table as CSV",
}
"""By the bytes with which they begin."""


def demand_table(path: object, first: bytes, encoding: str = "") -> None:
    """Refuse what is no CSV by its first bytes: no text, nothing at all, or of another encoding.

    Args:
        path: For messages.
        first: The first bytes.
        encoding: The one that is said to be theirs; empty for none.

    Raises:
        ProjectError: It is none.
    """
    if not first:
        raise ProjectError(f"{path} is empty.")
    demand_text(path, first)
    mark = byte_order_mark(first).removesuffix("-sig")
    # By another encoding than the mark's, it would be a part of the first column's name.
    if mark and encoding and not _name(encoding).startswith(mark):
        raise ProjectError(
            f"{path} begins with the mark of {mark.upper()}, and is said to be {encoding}; "
            "leave its encoding out."
        )


def _name(encoding: str) -> str:
    """Return an encoding's own name; that of one which Python doesn't know is told elsewhere."""
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return encoding


def demand_text(path: object, first: bytes) -> None:
    """Refuse what is no text by its first bytes, and say what it is.

    Raises:
        ProjectError: It is none.
    """
    for mark, found in _KINDS.items():
        if first.startswith(mark) and not _is_ascii(first):
            raise ProjectError(f"{path} is no text; it {found}.")


def _is_ascii(first: bytes) -> bool:
    """Tell whether a text begins so by chance, as a header's first name may."""
    return first.isascii() and b"\x00" not in first
