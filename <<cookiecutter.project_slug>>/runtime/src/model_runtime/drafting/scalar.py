"""Values as YAML that means them: to this library's reader and to others."""

import json
import re

import numpy as np

from ..features.rule import plain

_PLAIN = re.compile(r"[^\W\d][\w()/%+.-]*(?: [\w()/%+.-]+)*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def scalar(value: object) -> str:
    """Return a text, number or boolean as YAML: in quotes only where it has to be."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(plain(float(value)))
    text = str(value)
    if _PLAIN.fullmatch(text) and text.isprintable() and text.lower() not in _WORDS:
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """Return a text in quotes, as YAML and Python both read it; what can't be seen is escaped."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in written)


def _escaped(sign: str) -> str:
    """Return the escape of a sign; JSON has none of eight digits, but pairs that mean two here."""
    code = ord(sign)
    return f"\\u{code:04x}" if code < 2**16 else f"\\U{code:08x}"
