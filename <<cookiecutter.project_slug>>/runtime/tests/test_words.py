"""A text without words ends no training."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from model_runtime import preprocessing
from model_runtime.features import Features
from model_runtime.preprocessing import BasePreprocessor

FEATURES = Features.model_validate(
    {
        "target": "y",
        "task": "classification",
        "features": [
            {"name": "x", "type": "number"},
            {"name": "note", "type": "text", "optional": True, "example": "Fine"},
        ],
    }
)


@pytest.mark.parametrize("texts", [[""] * 4, ["a", "!", "", "x y"]])
def test_a_text_without_a_word_is_left_out(
    texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preprocessing, "read_features", lambda: FEATURES)
    X = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "note": pd.Series(texts, dtype=object)})
    y: Any = pd.Series([0, 1, 0, 1])
    fitted = BasePreprocessor().fit(X, y)
    later = X.assign(note="words that come later")
    assert fitted.transform(later).shape == (4, 1)
    with_words = X.assign(note=[*texts[:3], "a word"])
    assert BasePreprocessor().fit(with_words, y).transform(later).shape[1] > 1
