"""Headers that say how a request's body is to be read."""

from collections.abc import Iterable
from email.message import Message
from functools import lru_cache
from typing import NamedTuple

from ..contract.problems import Refusal

CODINGS = ("gzip", "deflate")
_FORM = "application/x-www-form-urlencoded"
_UTF8 = {"utf-8", "utf8", "us-ascii"}
_TYPE, _CODING = b"content-type", b"content-encoding"
_WATCHED = frozenset({_TYPE, _CODING, b"origin", b"sec-fetch-site"})


class About(NamedTuple):
    """The form in which a body was sent: compressed by one of `CODINGS`, or as a form."""

    coding: str = ""
    form: bool = False


_PLAIN = About()


def read_headers(headers: Iterable[tuple[bytes, bytes]]) -> About:
    """Return how a body was sent.

    A browser lets a page of any origin send a form, or a body without a content type, but JSON only
    where this service allows it. So those are taken from who is no browser, as curl.

    Raises:
        Refusal: It can't be JSON in UTF-8 (415).
    """
    kind, codings, page = b"", b"", False
    for name, value in headers:
        if name in _WATCHED:
            if name == _TYPE:
                kind = kind or value
            elif name == _CODING:
                codings += b"," + value
            else:  # only a browser sends these
                page = True
    coding = _coding(codings) if codings else ""
    if kind == b"application/json" or not _form(kind):
        return About(coding) if coding else _PLAIN
    if page:
        raise Refusal(
            415,
            "Not JSON by its content type",
            "A page has sent this as browsers send forms; send 'Content-Type: application/json'.",
        )
    return About(coding, form=bool(kind))


def is_json(kind: bytes) -> bool:
    """Say whether a content type is JSON's in UTF-8."""
    try:
        return kind == b"application/json" or not _form(kind)
    except Refusal:
        return False


@lru_cache(maxsize=128)
def _form(kind: bytes) -> bool:
    """Say whether a content type is a form's or none at all; else it is JSON's."""
    if not kind.strip():
        return True
    message = Message()
    message["content-type"] = kind.decode("latin-1")
    name, charset = message.get_content_type(), message.get_content_charset("utf-8")
    if charset not in _UTF8:
        raise Refusal(
            415,
            "Not UTF-8 by its content type",
            f"The charset is '{charset[:80]}'; JSON is sent in UTF-8.",
        )
    if name == "application/json" or name.endswith("+json"):
        return False
    if name != _FORM:
        shown = kind.split(b";")[0].strip().lower().decode("latin-1")[:80]
        raise Refusal(
            415,
            "Not JSON by its content type",
            f"The content type is '{shown}'; send 'Content-Type: application/json'.",
        )
    return True


def _coding(listed: bytes) -> str:
    words = [word.strip() for word in listed.decode("latin-1").lower().split(",")]
    found = [word.removeprefix("x-") for word in words if word not in ("", "identity")]
    if len(found) > 1 or not set(found) <= set(CODINGS):
        raise Refusal(
            415,
            "Content coding not known",
            f"The content encoding is '{', '.join(found)[:80]}'; send one of "
            f"{', '.join(CODINGS)}, or none.",
            headers={"accept-encoding": ", ".join((*CODINGS, "identity"))},
        )
    return found[0] if found else ""
