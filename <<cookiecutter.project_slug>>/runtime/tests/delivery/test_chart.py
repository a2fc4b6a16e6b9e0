"""The chart knows the settings as they are; what it renders is tested by Helm."""

import jsonschema_rs

from model_runtime.delivery.chart import defaults, schema

OPEN = {"Manifest", "_Metadata", "Output", "Variable", "Volume"}
"""Objects in lists, whose keys Kubernetes or Fluent Bit knows."""


def test_a_typo_is_refused_wherever_it_is_and_no_secret_is_a_value() -> None:
    sections = {"": schema(), **schema()["$defs"]}
    assert {name for name, each in sections.items() if each["additionalProperties"]} == OPEN
    secrets = {"Serving": ["admin_token"], "Log": ["hash_key", "shared_key"]}
    for section, names in secrets.items():
        for name in names:
            assert name not in schema()["$defs"][section]["properties"]
            assert name not in defaults()[section.lower()]


def test_what_may_be_null_has_no_default_that_would_stand_in_its_way() -> None:
    assert "time_budget_s" not in defaults()["automl"]
    assert "time_budget_s" not in schema()["$defs"]["AutoML"]["required"]
    assert "enabled" in schema()["$defs"]["AutoML"]["required"]


def test_only_kubernetes_own_secrets_are_no_manifests() -> None:
    parts = schema()["$defs"]
    validator = jsonschema_rs.validator_for(parts["Manifest"] | {"$defs": parts})
    for version, taken in (("v1", False), ("secretsmanager.example.org/v1", True)):
        own = {"apiVersion": version, "kind": "Secret", "metadata": {"name": "own"}}
        assert validator.is_valid(own) == taken
