"""A registry's address, and what goes wrong there, without what is secret."""

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

_LONGEST = 300
_SECRET = re.compile("pass|pwd|secret|token|key", re.IGNORECASE)


def shown(uri: str) -> str:
    """Return an address without user, password and query."""
    scheme, separator, rest = uri.partition("://")
    if not separator:
        return uri
    if not rest.startswith("/"):
        parts = _parsed(uri)
        if parts is None:
            return f"{scheme}://…"
        rest = rest.removeprefix(f"{parts.netloc.rpartition('@')[0]}@")
    return f"{scheme}://{rest.partition('?')[0]}"


def told(error: Exception, uri: str) -> str:
    """Return the first line of an error's own reason, without the address's secrets."""
    cause = getattr(error, "orig", None) or error  # sqlalchemy says what went wrong at its end
    reason = (str(cause).strip() or type(cause).__name__).splitlines()[0]
    parts = _parsed(uri)
    if parts is None:
        return type(cause).__name__
    secrets = [parts.password, parts.username]
    secrets += [value for name, value in parse_qsl(parts.query) if _SECRET.search(name)]
    for secret in secrets:
        reason = reason.replace(secret, "…") if secret else reason
    return reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST].rpartition(' ')[0]} …"


def _parsed(uri: str) -> SplitResult | None:
    """Return an address's parts; None where a password may stand in the wrong one."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return None if "@" in parts.path + parts.query + parts.fragment else parts
