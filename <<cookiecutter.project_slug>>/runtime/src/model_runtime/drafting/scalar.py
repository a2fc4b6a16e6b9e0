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
    # JSON is YAML; what can't be seen is escaped.
    return json.dumps(text, ensure_ascii=not text.isprintable())
