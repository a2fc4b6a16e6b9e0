"""config.yaml and the chart take what Kubernetes' API takes, and refuse what it refuses."""

import json
import re
from itertools import zip_longest
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from model_runtime.delivery.chart import defaults, schema
from model_runtime.settings import Settings
from pydantic import TypeAdapter, ValidationError

from .api_rules import DOWNWARDS, RULES
from .charts import with_values
from .helm import helm
from .test_chart_settings import laid


def over(values: Any, given: Any) -> Any:
    """Lay values over others, as Helm does."""
    if not (isinstance(values, dict) and isinstance(given, dict)):
        return given
    return values | {key: over(values.get(key), value) for key, value in given.items()}


def said(path: str, value: Any) -> list[str]:
    """Return the paths of what config.yaml's reading refuses."""
    ((section, values),) = laid({path: value}).items()
    kind: Any = Settings.model_fields[section].annotation
    try:
        TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        return [".".join(map(str, (section, *each["loc"]))) for each in error.errors()]
    return []


@pytest.mark.parametrize("path", RULES)
def test_a_value_is_taken_or_refused_by_both(path: str) -> None:
    good, bad = RULES[path]
    validator = jsonschema_rs.validator_for(schema())

    def takes(value: Any) -> bool:
        return validator.is_valid(over(defaults(), laid({path: value})))

    for value in good:
        assert (said(path, value), takes(value)) == ([], True), value
    for value in bad:
        found = said(path, value)
        assert found, value
        assert all(each.startswith(path) for each in found), value
        assert not takes(value), value


@pytest.mark.parametrize("schedule", DOWNWARDS)
def test_a_range_goes_upwards(schedule: str) -> None:
    assert said("deployment.retrain.schedule", schedule) == ["deployment.retrain.schedule"]


def test_helm_names_the_path_of_each(titanic: Path, tmp_path: Path) -> None:
    """All first bad values at once, all second ones, and so on: Helm tells of all that is wrong."""
    chart = next(titanic.glob("deploy/helm/*"))
    for values in zip_longest(*(bad for _, bad in RULES.values())):
        given = {path: v for path, v in zip(RULES, values, strict=True) if v is not None}
        options = with_values(tmp_path, laid(given))
        done = helm("template", "titanic", chart, *options, cwd=titanic)
        missed = [
            (path, json.dumps(value))
            for path, value in given.items()
            if not re.search(rf"at '/{path.replace('.', '/')}['/]", done.stderr)
        ]
        assert not missed, done.stderr


def test_helm_takes_what_is_good(titanic: Path, tmp_path: Path) -> None:
    chart = next(titanic.glob("deploy/helm/*"))
    for values in zip_longest(*(good for good, _ in RULES.values()), fillvalue=...):
        given = {path: v for path, v in zip(RULES, values, strict=True) if v is not ...}
        options = with_values(tmp_path, laid(given))
        done = helm("template", "titanic", chart, *options, cwd=titanic)
        assert "at '/" not in done.stderr, done.stderr
