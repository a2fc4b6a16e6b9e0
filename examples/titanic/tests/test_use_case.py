"""Tests of this use case; yours to change."""

import pandas as pd
from model_runtime.testing import Service

from titanic.use_case.data_loader import DataLoader


def test_all_passengers_are_loaded_and_missing_values_stay_missing() -> None:
    frame = DataLoader().load_data()
    assert len(frame) == 1309
    missing = frame[["Age", "Fare", "Port"]].isna().sum()
    assert missing.to_dict() == {"Age": 263, "Fare": 1, "Port": 2}


def test_n_rows_limits_the_rows() -> None:
    assert len(DataLoader().load_data(n_rows=7)) == 7


def test_women_of_the_first_class_survive_and_men_of_the_third_die(service: Service) -> None:
    rows = [
        {"Pclass": 1, "Age": 29, "SibSp": 0, "Parch": 0, "Fare": 211.34, "Gender": "female"},
        {"Pclass": 3, "Age": 29, "SibSp": 0, "Parch": 0, "Fare": 7.9, "Gender": "male"},
    ]
    answer = service.post("/api/predictions", rows).json()
    assert answer == [{"class_name": "survived"}, {"class_name": "died"}]


def test_an_answer_has_the_models_own_words(service: Service) -> None:
    answer = service.post("/api/predict", service.example).json()
    assert list(answer) == ["died_proba", "survived_proba"]
    assert pd.Series(answer).sum() == 1.0
