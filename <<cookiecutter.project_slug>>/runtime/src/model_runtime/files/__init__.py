"""Files and folders that are replaced whole or not at all, and the locks that this needs."""

from .file import Part, part_of, replacing_file
from .folder import check_ours, reading, replacing
from .lock import locked

__all__ = [
    "Part",
    "check_ours",
    "locked",
    "part_of",
    "reading",
    "replacing",
    "replacing_file",
]
