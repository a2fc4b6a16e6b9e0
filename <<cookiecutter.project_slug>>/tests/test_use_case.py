"""Tests of this use case; yours to change."""

from model_runtime.testing import Service

from << cookiecutter.package_name >>.use_case.data_loader import DataLoader


def test_n_rows_limits_the_rows() -> None:
    assert len(DataLoader().load_data(n_rows=7)) == 7

<%- if cookiecutter.task == "classification" %>


def test_a_flower_with_small_petals_is_a_setosa(service: Service) -> None:
    flower = {"sepal_length": 5.0, "sepal_width": 3.4, "petal_length": 1.5, "petal_width": 0.2}
    answer = service.post("/api/predictions", [flower]).json()
    assert answer == [{"class_name": "setosa"}]
<%- else %>


def test_a_higher_body_mass_index_predicts_more_progression(service: Service) -> None:
    light, heavy = ({**service.example, "bmi": bmi} for bmi in (20, 40))
    answers = service.post("/api/predictions", [light, heavy]).json()
    assert answers[0]["prediction"] < answers[1]["prediction"]
<%- endif %>
