"""Texts are parted and weighed as scikit-learn does, in whatever language, with no locale."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from model_runtime.bundle import engines
from model_runtime.bundle.engines import OnnxEngine
from model_runtime.bundle.texts import Vectorizer
from model_runtime.compiler.compile import NotCompilable, compile_pipeline
from model_runtime.compiler.converters.text import _description
from model_runtime.compiler.prove import columns_of
from model_runtime.features import Feature
from model_runtime.preprocessing import BasePreprocessor

from ..support.both_engines import EXACT, largest_difference, pipeline_of

# Accents of both forms, ligatures, digits and letters of other scripts, width, joiners, a NUL,
# a letter that no version of Unicode has, and one that never will be.
WORDS = [
    *("the sum", "RÉSUMÉ", "re\u0301sume\u0301", "\ufb01le", "Straße", "x_sum", "sum\u0663"),
    *("\u216bsum", "日本sum", "İsum", "\u017fum", "sum\0ade", "\u212a sum", "sum\u200dade", "a"),
    *("\uff33\uff35\uff2d", "o\u2019sum", "sum\u00a0 ade", "", "  ", "\t\n", "the", "ade ade"),
    *("\u043f\u043b\u044e\u0441", "नमस्ते", "🙂 sum", "\u0378sum", "\U0010ffff"),
]

VECTORIZERS: list[Any] = [
    TfidfVectorizer(),
    CountVectorizer(),
    CountVectorizer(binary=True, dtype=bool, lowercase=False),
    CountVectorizer(ngram_range=(2, 3), strip_accents="ascii", dtype=np.int8),
    CountVectorizer(analyzer="char", ngram_range=(1, 3)),
    CountVectorizer(vocabulary=["sum", "résumé", "file"], strip_accents="unicode"),
    TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), norm="l1"),
    TfidfVectorizer(sublinear_tf=True, stop_words="english", ngram_range=(1, 2)),
    TfidfVectorizer(dtype=np.float32, norm="l1", strip_accents="unicode", sublinear_tf=True),
    TfidfVectorizer(use_idf=False, norm=None, token_pattern=r"(?u)(\w)\w*", min_df=2),
    TfidfVectorizer(token_pattern=r"\S+", stop_words=["the", "sum"], max_features=8),
]

parts = st.one_of(st.sampled_from(WORDS), st.text(st.characters(exclude_categories=["Cs"])))
texts = st.lists(parts, max_size=12).map(" ".join)


@pytest.mark.parametrize("vectorizer", VECTORIZERS, ids=lambda each: str(each)[:60])
@given(asked=st.lists(texts, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_is_weighed_as_scikit_learn_weighs_it(vectorizer: Any, asked: list[str]) -> None:
    vectorizer.fit([*WORDS, *WORDS, "the sum of the whole"])
    own = Vectorizer(input="weights", feature="said", **_description(vectorizer))
    expected = vectorizer.transform(asked).toarray().astype(float)
    np.testing.assert_array_equal(own.weights(asked), expected)


def said(n: int = 400, seed: int = 0) -> pd.DataFrame:
    """Two texts, a label and a number."""
    random = np.random.default_rng(seed)
    drawn = [[" ".join(random.choice(WORDS, 6)) for _ in range(n)] for _ in range(2)]
    label = random.choice(["é", "e\u0301", ""], n)
    frame = pd.DataFrame({"said": drawn[0], "on top": drawn[1], "kind": label}).astype(object)
    return frame.assign(size=random.normal(size=n))


def goodness(X: pd.DataFrame) -> Any:
    return np.where(X["said"].str.count("sum") + X["size"] > 2, "good", "poor")


@pytest.mark.parametrize("vectorizer", VECTORIZERS, ids=lambda each: str(each)[:60])
def test_a_pipeline_with_texts_is_exact(vectorizer: Any) -> None:
    steps = [
        ("said", vectorizer, "said"),
        ("again", make_pipeline(TfidfVectorizer(), TruncatedSVD(3)), "said"),
        ("on top", FeatureUnion([("a", TfidfVectorizer()), ("b", CountVectorizer())]), "on top"),
        ("kind", OneHotEncoder(), ["kind"]),
        ("size", "passthrough", ["size"]),
    ]
    X = said()
    pipeline = pipeline_of(ColumnTransformer(steps), LogisticRegression()).fit(X, goodness(X))
    assert largest_difference(pipeline, X, pd.concat([X, said(50, seed=1)])) < EXACT


@pytest.mark.parametrize("sublinear", [False, True])
@pytest.mark.parametrize("norm", ["l1", "l2", None])
def test_counts_may_be_weighed_by_a_step_of_their_own(sublinear: bool, norm: Any) -> None:
    weigh = make_pipeline(CountVectorizer(), TfidfTransformer(sublinear_tf=sublinear, norm=norm))
    X = said()
    pipeline = pipeline_of(ColumnTransformer([("said", weigh, "said")]), LinearRegression())
    pipeline.fit(X, X["size"])
    assert largest_difference(pipeline, X, said(50, seed=1)) < EXACT


def default_pipeline(X: pd.DataFrame) -> Any:
    features = [Feature.model_validate({"name": "said", "type": "text", "example": "sum"})]
    preprocessor = BasePreprocessor().build_transformer(features)
    return pipeline_of(preprocessor, LogisticRegression()).fit(X[["said"]], goodness(X))


def test_many_rows_are_answered_in_blocks_of_bounded_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    X = said()
    pipeline = default_pipeline(X)
    model = compile_pipeline(pipeline, X[["said"]])
    weighed: list[int] = []
    weights = Vectorizer.weights

    def noting(self: Vectorizer, rows: Any) -> Any:
        weighed.append(len(rows))
        return weights(self, rows)

    monkeypatch.setattr(Vectorizer, "weights", noting)
    monkeypatch.setattr(engines, "_CELLS", 1_000)
    answer = OnnxEngine(model).run(columns_of(X[["said"]]))
    assert sum(weighed) == len(X)
    assert max(weighed) * len(pipeline[0].get_feature_names_out()) <= 1_000
    np.testing.assert_allclose(answer, pipeline.predict_proba(X[["said"]]), rtol=0, atol=EXACT)


def test_the_description_is_part_of_the_models_file() -> None:
    X = said()
    model = compile_pipeline(default_pipeline(X), X[["said"]])
    assert b'"token_pattern": "(?u)\\\\b\\\\w\\\\w+\\\\b"' in model


def shout(text: str) -> str:
    return text.upper()


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (CountVectorizer(preprocessor=shout), "preprocessor is a function"),
        (CountVectorizer(tokenizer=str.split, token_pattern=None), "tokenizer is a function"),
        (CountVectorizer(analyzer=str.split), "analyzer is a function"),
        (CountVectorizer(strip_accents=shout), "strip_accents is a function"),
        (TfidfVectorizer(dtype=np.int8), "int8"),
        (make_pipeline(FunctionTransformer(), CountVectorizer()), "what another step makes"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_stands_in_the_way_of_a_text_is_named(step: Any, reason: str) -> None:
    X = said()
    pipeline = pipeline_of(ColumnTransformer([("said", step, "said")]), LogisticRegression())
    with pytest.raises(NotCompilable, match=rf"the preprocessor's 'said' \(.*{reason}"):
        compile_pipeline(pipeline.fit(X, goodness(X)), X)
