"""The choice between one file and many; it loads nothing that many files need."""

import re
from pathlib import Path

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_url(text: str) -> bool:
    """Tell whether a text is an address rather than a path."""
    return _URL.match(text) is not None


def has_pattern(text: str) -> bool:
    """Tell whether a path or an address has `*`, `?` or `[…]`; on the web `?` begins a query."""
    return any(sign in text for sign in ("*[" if text.startswith("http") else "*?["))


def many(source: str, target: str, cluster: str) -> bool:
    """Tell whether INPUT, OUTPUT and CLUSTER ask for more than a file of this machine."""
    if cluster or is_url(source) or is_url(target) or source.endswith("/"):
        return True
    path = Path(source)
    return path.is_dir() or (has_pattern(source) and not path.exists())
