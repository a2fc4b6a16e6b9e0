"""Marks by which a file that has changed is told from one that has not, without reading it."""

import os

Mark = tuple[int, int, int, int]
"""Inode, time of the content's change, time of any change, and size."""


def mark_of(at: os.stat_result) -> Mark:
    """Return a file's mark.

    It changes with the rights, too: a file that could not be read may be readable since.
    """
    return at.st_ino, at.st_mtime_ns, at.st_ctime_ns, at.st_size
