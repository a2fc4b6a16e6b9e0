"""Words, as scikit-learn's vectorizers part a text by default."""

from collections.abc import Iterable

from sklearn.feature_extraction.text import CountVectorizer


def has_words(texts: Iterable[str]) -> bool:
    """Tell whether there is a word in any text, so that something can be learned from them."""
    split = CountVectorizer().build_analyzer()
    return any(split(text) for text in texts)
