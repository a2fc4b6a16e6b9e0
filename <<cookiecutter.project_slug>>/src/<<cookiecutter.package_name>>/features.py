"""What a model is asked and what it answers: features.yaml as types."""

import operator
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from .errors import ProjectError, sentences

Task = Literal["classification", "regression"]
FeatureType = Literal["number", "integer", "boolean", "category", "text"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]

_THRESHOLD = re.compile(r"\s*(<=|>=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*")
_COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


def _holds(threshold: str, value: float) -> bool:
    match = _THRESHOLD.fullmatch(threshold)
    if not match:
        raise ValueError(f"'{threshold}' is no threshold; write one like '>= 0.75' or '< 60'")
    return bool(_COMPARE[match[1]](value, float(match[2])))


def _is_threshold(text: str) -> str:
    _holds(text, 0)
    return text


Threshold = Annotated[str, AfterValidator(_is_threshold)]


class Feature(BaseModel):
    """One named input of the model.

    A feature that `leaks` is known only after the event. Requests may have it; the model does not
    learn from it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    name: Name
    type: FeatureType
    description: str = ""
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    optional: bool = False
    leaks: bool = False
    labels: list[Name] | None = None
    example: int | float | bool | str | None = None

    @property
    def numeric(self) -> bool:
        """Whether the model gets it as a number (booleans are 0 and 1)."""
        return self.type in ("number", "integer", "boolean")

    @model_validator(mode="before")
    @classmethod
    def _what_leaks_is_optional(cls, fields: Any) -> Any:
        if isinstance(fields, dict) and fields.get("leaks") is True:
            return {"optional": True, **fields}
        return fields

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if self.type not in ("number", "integer") and not (self.min is None and self.max is None):
            raise ValueError(f"'{self.name}' is a {self.type}, and only numbers have min and max")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"'{self.name}' has a min of {self.min:g} above its max {self.max:g}")
        if self.labels is not None and self.type != "category":
            raise ValueError(f"'{self.name}' is a {self.type}, and only categories have labels")
        if self.type == "text" and self.example is None:
            raise ValueError(
                f"'{self.name}' is a text and needs an example; the data's stay private"
            )
        if self.example is not None and (wrong := self.misfit(self.example)):
            raise ValueError(f"the example of '{self.name}' {wrong}")
        return self

    def misfit(self, value: int | float | bool | str) -> str | None:
        """Say what is wrong with a value that is not missing, or nothing."""
        if self.type == "boolean":
            return None if isinstance(value, bool) else f"is {value!r}, not true or false"
        if not self.numeric:
            if not isinstance(value, str):
                return f"is {value!r}, not a text (put it in quotes)"
            known = self.labels is None or value in self.labels
            return None if known else f"is {value!r}, not one of {self.labels}"
        if isinstance(value, (bool, str)):
            return f"is {value!r}, not a number"
        if self.type == "integer" and value != int(value):
            return f"is {value!r}, not a whole number"
        if (self.min is not None and value < self.min) or (
            self.max is not None and value > self.max
        ):
            return f"is {value!r}, outside its bounds"
        return None


class Features(BaseModel):
    """The whole of features.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    target: Name
    task: Task
    id: Name | None = None
    weight: Name | None = None
    features: list[Feature] = Field(min_length=1)
    flags: dict[str, Name] = {}
    thresholds: dict[str, Threshold] = {}

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [feature.name for feature in self.features]
        names += [name for name in (self.target, self.id, self.weight) if name]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"these names stand twice: {', '.join(twice)}")
        if self.task == "regression" and self.flags:
            raise ValueError("flags name a classification's probabilities; remove them")
        if len(set(self.flags.values())) < len(self.flags):
            raise ValueError("two classes have the same flag")
        if all(feature.leaks for feature in self.features):
            raise ValueError("every feature leaks; nothing is left to learn from")
        return self

    @property
    def leaking(self) -> list[str]:
        """The names of the features that are known only after the event."""
        return [feature.name for feature in self.features if feature.leaks]

    def missed(self, metrics: Mapping[str, float]) -> list[str]:
        """Say of each threshold that the metrics miss what was found and what was asked.

        Raises:
            ProjectError: A threshold names a metric that is not measured.
        """
        unknown = sorted(set(self.thresholds) - set(metrics))
        if unknown:
            raise ProjectError(
                f"features.yaml: thresholds: {unknown[0]} is not measured; "
                f"choose from {', '.join(metrics)}."
            )
        return missed(self.thresholds, metrics)


def missed(thresholds: Mapping[str, Threshold], metrics: Mapping[str, float]) -> list[str]:
    """Say of each threshold that the metrics miss what was found and what was asked."""
    return [
        f"{name} is {f'{metrics[name]:.4g}' if name in metrics else 'not measured'}"
        f" and has to be {text.strip()}"
        for name, text in thresholds.items()
        if name not in metrics or not _holds(text, metrics[name])
    ]


def read_features(path: Path | None = None) -> Features:
    """Read a features.yaml; the use case's own where no path is given.

    Raises:
        ProjectError: The file is no YAML or does not fit; each finding in a sentence.
    """
    source = path or files(__package__) / "use_case" / "features.yaml"
    try:
        return Features.model_validate(yaml.safe_load(source.read_text("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ProjectError(f"features.yaml is not YAML in UTF-8: {error}") from error
    except OSError as error:
        raise ProjectError(f"features.yaml can't be read: {error}") from error
    except ValidationError as error:
        raise ProjectError("\n".join(sentences(error, "features.yaml"))) from error
