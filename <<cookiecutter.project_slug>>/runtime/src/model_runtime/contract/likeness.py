"""Find the words most like one that is not among them, at a cost that hardly grows with them."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

MOST_WORDS = 20
"""Suggestions for one word."""

_ALIKE = 0.6
"""Least likeness of a suggestion, `difflib.get_close_matches`' own default."""

_SHORTLIST = 50
"""Words that are compared letter by letter; all are compared by their pairs, as bits."""

_LONGEST = 80
"""Characters that are compared."""

_BITS, _BLOCK, _REMEMBERED = 512, 1_000, 1_000

_Pairs = npt.NDArray[np.uint64]


class Words:
    """The words of which one has to be chosen: a feature's labels, or the names of all fields."""

    def __init__(self, words: Sequence[str]) -> None:
        """Keep the words in their order."""
        self._words = words
        self.like = lru_cache(_REMEMBERED)(self._like)

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self._words)

    def _like(self, word: str) -> tuple[str, ...]:
        """Return the words that are like another, the likest first, at most `MOST_WORDS`."""
        matcher = SequenceMatcher(b=_folded(word))
        found = []
        for candidate in self._shortlist(word):
            matcher.set_seq1(_folded(candidate))
            if matcher.quick_ratio() >= _ALIKE and (likeness := matcher.ratio()) >= _ALIKE:
                found.append((likeness, candidate))
        found.sort(key=lambda each: each[0], reverse=True)
        return tuple(candidate for _, candidate in found[:MOST_WORDS])

    def _shortlist(self, word: str) -> Sequence[str]:
        if len(self._words) <= _SHORTLIST:
            return self._words
        pairs = _pairs([word])
        shared = _count(self._pairs & pairs)
        likeness = shared / (self._counts + _count(pairs))
        nearest = np.argpartition(likeness, -_SHORTLIST)[-_SHORTLIST:]
        return [self._words[k] for k in np.sort(nearest).tolist()]

    @cached_property
    def _pairs(self) -> _Pairs:
        starts = range(0, len(self._words), _BLOCK)
        return np.vstack([_pairs(self._words[k : k + _BLOCK]) for k in starts])

    @cached_property
    def _counts(self) -> npt.NDArray[Any]:
        return _count(self._pairs)


def _folded(word: str) -> str:
    return word[:_LONGEST].casefold()[:_LONGEST]


def _pairs(words: Sequence[str]) -> _Pairs:
    """Return which pairs of neighbouring characters each word has, ends included, as bits.

    Shape (words, _BITS / 64); several pairs share a bit.
    """
    text = "\0".join(["", *(_folded(word).replace("\0", " ") for word in words), ""])
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    which = np.cumsum(codes[:-1] == 0) - 1
    found = np.zeros((len(words), _BITS), bool)
    found[which, (codes[:-1] * 31 + codes[1:]) % _BITS] = True
    return np.packbits(found, axis=1).view(np.uint64)


def _count(pairs: _Pairs) -> npt.NDArray[Any]:
    return np.asarray(np.bitwise_count(pairs).sum(axis=1, dtype=np.int64))
