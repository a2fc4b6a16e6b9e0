"""Weigh the terms of texts as scikit-learn's vectorizers do, without scikit-learn.

ONNX's operators for texts know letters, word boundaries and lower case of ASCII only, and need a
locale that slim images don't have. So a compiled model takes its texts' weights as an input, and
the engine computes them here, from a description that is stored inside the model file.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .terms import TERMS, Analyzer

Weights = npt.NDArray[np.float64]

PROPERTY = "texts"
"""The property of an ONNX model that holds its descriptions."""


@dataclass(frozen=True)
class Vectorizer:
    """A fitted CountVectorizer or TfidfVectorizer; the fields are scikit-learn's parameters.

    `unicode` is the version of Python's Unicode database where it was fitted. Another one is not
    refused: Unicode never changes case, decomposition or accents of a character that it has, so
    only texts with characters that one of the two lacks can be parted differently, and no image
    should stay without its model for those.
    """

    input: str
    """The graph's input that the weights are for."""
    feature: str
    analyzer: Literal["word", "char", "char_wb"]
    lowercase: bool
    strip_accents: Literal["ascii", "unicode"] | None
    token_pattern: str
    stop_words: Sequence[str]
    ngram_range: Sequence[int]
    terms: Sequence[str]
    """Each column's term."""
    dtype: str
    binary: bool
    sublinear_tf: bool
    idf: Sequence[float] | None
    norm: Literal["l1", "l2"] | None
    unicode: str = unicodedata.unidata_version

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {term: column for column, term in enumerate(self.terms)}

    @cached_property
    def _analyze(self) -> Analyzer:
        terms = TERMS[self.analyzer](
            self.ngram_range, re.compile(self.token_pattern), frozenset(self.stop_words)
        )
        return Analyzer(self.lowercase, self.strip_accents, terms)

    @cached_property
    def _idf(self) -> npt.NDArray[Any] | None:
        return None if self.idf is None else np.array(self.idf, self.dtype)

    def weights(self, texts: Iterable[str]) -> Weights:
        """Return each text's weights of the terms, shape (texts, terms).

        Step by step in the order and precision of scikit-learn's, so that rounding is the same.
        """
        width = len(self.terms)
        places: list[int] = []
        counts: list[int] = []
        n = 0
        for text in texts:
            found = Counter(map(self._columns.get, self._analyze(text)))
            found.pop(None, None)
            columns = sorted(found)  # type: ignore[type-var]
            places += [n * width + column for column in columns]  # type: ignore[operator]
            counts += [found[column] for column in columns]
            n += 1
        weights = np.zeros(n * width)
        at = np.array(places, np.int64)
        weights[at] = self._weigh(np.array(counts, np.intc), at, n)
        return weights.reshape(-1, width)

    def _weigh(
        self, counts: npt.NDArray[Any], places: npt.NDArray[Any], n: int
    ) -> npt.NDArray[Any]:
        weights = (np.ones_like(counts) if self.binary else counts).astype(self.dtype)
        columns, rows = places % len(self.terms), places // len(self.terms)
        if self.sublinear_tf:
            weights = np.log(weights) + np.ones((), self.dtype)
        if self._idf is not None:
            weights = weights * self._idf[columns]
        if self.norm is None or not len(places):
            return weights
        sizes = np.abs(weights) if self.norm == "l1" else weights * weights
        sums = np.bincount(rows, sizes, n)
        sums = sums if self.norm == "l1" else np.sqrt(sums)
        sums[sums == 0] = 1
        return np.asarray(weights / sums[rows], self.dtype)


def dump(vectorizers: Iterable[Vectorizer]) -> str:
    """Return descriptions as JSON, in ASCII whatever the terms are."""
    return json.dumps([asdict(each) for each in vectorizers])


def load(text: str) -> list[Vectorizer]:
    """Return what `dump` wrote down."""
    return [Vectorizer(**fields) for fields in json.loads(text)]
