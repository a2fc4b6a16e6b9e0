"""Names of programs, as people write them."""

import re

_PARTS = re.compile(r"[\s_./-]+|(?<=[a-z])(?=[A-Z])")


def humanised(name: str) -> str:
    """Return a name as people write it: 'Sepal length' for `sepal_length` and `sepalLength`."""
    words = [word for word in _PARTS.split(name) if word]
    said = " ".join([*words[:1], *(_lower(word) for word in words[1:])]) or name
    return said[0].upper() + said[1:]


def _lower(word: str) -> str:
    """Return a word in lower case, unless it has capitals alone, as BMI."""
    return word if word.isupper() and len(word) > 1 else word.lower()
