"""A misspelt key is told with the one that was meant: each key of features.yaml and config.yaml."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from model_runtime.errors import ProjectError, sentences
from model_runtime.features import Features, read_features
from model_runtime.settings import Settings


def sections(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of each key of config.yaml."""
    for name, field in model.model_fields.items():
        yield (*path, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from sections(field.annotation, (*path, name))


@pytest.mark.parametrize("path", sections(Settings), ids=".".join)
def test_the_key_of_config_yaml_that_was_meant_is_named(path: tuple[str, ...]) -> None:
    *outer, key = path
    value: Any = {f"{key}x": 1}
    for name in reversed(outer):
        value = {name: value}
    with pytest.raises(ValidationError) as found:
        Settings.__pydantic_validator__.validate_python(value)
    assert f"did you mean '{key}'?" in "\n".join(sentences(found.value, "config.yaml", Settings))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"tsk": "regression"}, "features.yaml: tsk: is not a key that this file knows; did you m"),
        (
            {"features": [{"name": "age", "type": "number", "mn": 1}]},
            "features.yaml: feature 'age': mn: is not a key that this file knows; did you mean 'mi",
        ),
        (
            {"features": [{"name": "age", "type": "number", "desc": "of a person"}]},
            "feature 'age': desc: is not a key that this file knows; did you mean 'description'?",
        ),
        (
            {"features": [{"name": "age", "type": "numbr"}]},
            "feature 'age': type: Input should be 'number', 'integer', 'boolean',",
        ),
        ({"features": [{"name": "age", "type": "numbr"}]}, "'numbr'; did you mean 'number'?"),
        ({"features": [{"type": "number"}]}, "features.yaml: features[0].name: is missing."),
        (
            {"features": [{"name": "age", "type": "number", "zz": 1}]},
            "feature 'age': zz: is not a key that this file knows; look for a typo or remove it ("
            "there are name, type,",
        ),
    ],
)
def test_what_is_wrong_with_a_feature_is_told_with_its_name(
    said: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "features.yaml"
    whole = {"target": "y", "task": "regression", "features": [{"name": "a", "type": "number"}]}
    file.write_text(yaml.safe_dump(whole | said), "utf-8")
    with pytest.raises(ProjectError) as refusal:
        read_features(file)
    assert sentence in str(refusal.value)


def test_a_wrong_type_of_a_feature_is_told_by_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "features.yaml"
    said = {"target": "y", "task": "regression", "features": [{"name": "a", "type": "int"}]}
    file.write_text(yaml.safe_dump(said), "utf-8")
    with pytest.raises(ProjectError, match="did you mean 'integer'") as refusal:
        read_features(file)
    assert len(str(refusal.value).splitlines()) == 1


def test_every_key_of_features_yaml_is_known() -> None:
    said = {f"{name}x": 1 for name in Features.model_fields}
    with pytest.raises(ValidationError) as found:
        Features.model_validate(said)
    told = "\n".join(sentences(found.value, "features.yaml", Features, said))
    for name in Features.model_fields:
        assert f"{name}x: is not a key that this file knows; did you mean '{name}'?" in told
