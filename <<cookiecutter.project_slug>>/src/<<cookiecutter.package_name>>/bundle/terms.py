"""Part a text into terms as scikit-learn's vectorizers do: words, characters, and n-grams of both.

Everything that depends on Unicode is Python's: lower case, accents, what a regular expression
takes for a letter, and white space.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

Range = Sequence[int]
"""Fewest and most words or characters of a term."""

Terms = Callable[[str], Iterable[str]]
"""Parts a text that is prepared already."""

_WHITE_SPACES = re.compile(r"\s\s+")


@dataclass(frozen=True)
class Analyzer:
    """Prepares a text and parts it."""

    lowercase: bool
    strip_accents: str | None
    terms: Terms

    def __call__(self, text: str) -> Iterable[str]:
        """Return the text's terms, each as often as it occurs."""
        if self.lowercase:
            text = text.lower()
        if self.strip_accents and not text.isascii():
            text = _without_accents(text, self.strip_accents)
        return self.terms(text)


def _without_accents(text: str, way: str) -> str:
    parted = unicodedata.normalize("NFKD", text)
    if way == "ascii":
        return parted.encode("ascii", "ignore").decode()
    return "".join(letter for letter in parted if not unicodedata.combining(letter))


def _word_terms(
    lengths: Range, pattern: "re.Pattern[str]", stop_words: Collection[str], text: str
) -> Iterable[str]:
    words: list[str] = pattern.findall(text)
    if stop_words:
        words = [word for word in words if word not in stop_words]
    if lengths[1] == 1:
        return words
    return chain.from_iterable(
        (" ".join(words[k : k + n]) for k in range(len(words) - n + 1))
        for n in range(lengths[0], lengths[1] + 1)
    )


def _letters(lengths: Range, text: str) -> Iterable[str]:
    text = _WHITE_SPACES.sub(" ", text)
    return chain.from_iterable(
        (text[k : k + n] for k in range(len(text) - n + 1))
        for n in range(lengths[0], lengths[1] + 1)
    )


def _letters_in_words(lengths: Range, text: str) -> Iterable[str]:
    for word in text.split():
        padded = f" {word} "
        for n in range(lengths[0], lengths[1] + 1):
            yield padded[:n]
            for k in range(1, len(padded) - n + 1):
                yield padded[k : k + n]
            if n >= len(padded):  # a word that is shorter than n counts once
                break


TERMS: dict[str, Callable[[Range, "re.Pattern[str]", Collection[str]], Terms]] = {
    "word": lambda lengths, pattern, stop_words: partial(_word_terms, lengths, pattern, stop_words),
    "char": lambda lengths, *_: partial(_letters, lengths),
    "char_wb": lambda lengths, *_: partial(_letters_in_words, lengths),
}
"""The rule by which each of scikit-learn's analyzers splits a text."""
