"""One named input of the model, as features.yaml describes it."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ..humanised import humanised
from .boolean import Boolean
from .category import LONGEST_LABEL, Category
from .names import Told
from .number import Integer, Number
from .rule import Example, Misfit, Rule
from .text import Text

FeatureType = Literal["number", "integer", "boolean", "category", "text"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_LABEL)]

RULES: dict[FeatureType, type[Rule]] = {
    "number": Number,
    "integer": Integer,
    "boolean": Boolean,
    "category": Category,
    "text": Text,
}


class Feature(BaseModel):
    """One named input of the model; which values fit says its `rule`.

    A feature that `leaks` is known only after the event, and so optional. Requests may have it; the
    model does not learn from it. Where true or false is expected, YAML's other words for them (yes,
    off) are taken; elsewhere they are text. `label`, `group` and the `names` of its values are for
    people.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    name: Name
    type: FeatureType
    description: str = ""
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    leaks: bool = Field(default=False, strict=False)
    optional: bool = Field(default_factory=lambda found: bool(found.get("leaks")), strict=False)
    labels: list[Name] | None = None
    label: Told | None = None
    group: Told | None = None
    names: dict[str, Told] | None = None
    example: Example | None = None

    @cached_property
    def rule(self) -> Rule:
        """The rule of its type, with its bounds and labels."""
        return RULES[self.type](self)

    @cached_property
    def numeric(self) -> bool:
        """True where the model gets it as a number (booleans are 0 and 1)."""
        return RULES[self.type].numeric

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.label or humanised(self.name)

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        given = {key: getattr(self, key) for key in ("min", "max", "labels", "names")}
        for key in sorted(key for key, value in given.items() if value is not None):
            if key not in RULES[self.type].takes:
                raise ValueError(f"'{self.name}' is a {self.type}, which has no {key}; remove it")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"'{self.name}' has a min of {self.min:g} above its max {self.max:g}")
        if self.labels is not None and (twice := _twice(self.labels)):
            raise ValueError(f"'{self.name}' has the label {twice!r} twice")
        for value in self.names or ():
            if wrong := self.misfit(self.rule.cell(value)):
                raise ValueError(f"'{self.name}' has a name for {value!r}, which {wrong}")
        if self.type == "text" and self.example is None:
            raise ValueError(
                f"'{self.name}' is a text and needs an example; the data's stay private"
            )
        if self.example is not None and (wrong := self.misfit(self.example)):
            raise ValueError(f"the example of '{self.name}' is {self.example!r}: it {wrong}")
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other fields, which is held against its type again."""
        return type(self).model_validate(self.model_dump() | dict(update or {}))

    def misfit(self, value: object) -> str | None:
        """Say what is wrong with a value that is not missing, or nothing."""
        try:
            self.rule.read(value)
        except Misfit as misfit:
            return str(misfit)
        return None


def _twice(labels: list[str]) -> str | None:
    return next((label for label, count in Counter(labels).items() if count > 1), None)
