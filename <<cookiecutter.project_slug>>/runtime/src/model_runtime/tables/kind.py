"""Files that are no text, whatever their name says: told by their first bytes."""

from ..errors import ProjectError

_KINDS = {
    b"PK\x03\x04": "a zip, as Excel's .xlsx is",
    b"\xd0\xcf\x11\xe0": "an Excel file, .xls",
    b"PAR1": "Parquet",
    b"\x1f\x8b": "compressed by gzip",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
    b"\x28\xb5\x2f\xfd": "compressed by Zstandard",
    b"%PDF-": "a PDF",
    b"SQLite format 3": "a database of SQLite",
}


def check_text(path: object, first: bytes) -> None:
    """Refuse what is no text.

    Args:
        path: For the message.
        first: The file's first bytes.

    Raises:
        ProjectError: They are those of another kind, or there are none.
    """
    if not first:
        raise ProjectError(f"{path} can't be read as CSV: it is empty.")
    for mark, kind in _KINDS.items():
        if first.startswith(mark):
            raise ProjectError(
                f"{path} can't be read as CSV: it is {kind}, by its first bytes. Save the table as "
                "CSV (Excel: Save as, CSV UTF-8), or give a file of Parquet its own suffix."
            )
