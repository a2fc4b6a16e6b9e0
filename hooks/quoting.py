"""Answers as the files of a project write them."""

import json
import re

_MAILBOX = re.compile(
    r"(?P<name>.*\S)\s*<(?P<email>[\w%+-]+(\.[\w%+-]+)*@[a-z0-9-]+(\.[a-z0-9-]+)*)>",
    re.ASCII | re.IGNORECASE,
)


def quoted(text: str) -> str:
    """Return a text of one line as JSON, YAML and TOML alike write it."""
    return json.dumps(text, ensure_ascii=False)


def person(author: str) -> str:
    """Return an author as `pyproject.toml` has them: with an address, where one is given."""
    mailbox = _MAILBOX.fullmatch(author)
    if not mailbox:
        return f"{{ name = {quoted(author)} }}"
    return f"{{ name = {quoted(mailbox['name'])}, email = {quoted(mailbox['email'])} }}"
