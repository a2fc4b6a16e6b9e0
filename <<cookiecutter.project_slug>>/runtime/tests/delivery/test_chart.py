"""The chart knows the settings as they are; what it renders is tested by Helm."""

from model_runtime.delivery.chart import defaults, schema


def test_a_typo_is_refused_wherever_it_is_and_no_secret_is_a_value() -> None:
    sections = [schema(), *schema()["$defs"].values()]
    assert [each for each in sections if each["additionalProperties"] is not False] == []
    assert "admin_token" not in schema()["$defs"]["Serving"]["properties"]
    assert "admin_token" not in defaults()["serving"]


def test_what_may_be_null_has_no_default_that_would_stand_in_its_way() -> None:
    assert "time_budget_s" not in defaults()["automl"]
    assert "time_budget_s" not in schema()["$defs"]["AutoML"]["required"]
    assert "enabled" in schema()["$defs"]["AutoML"]["required"]
