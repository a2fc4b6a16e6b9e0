"""One named input of the model, as features.yaml describes it."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ..humanised import humanised
from .boolean import Boolean
from .category import LONGEST_LABEL, Category
from .date import Date, day_of
from .names import Told
from .number import Integer, Number
from .rule import Example, Misfit, Rule
from .text import MOST_CHARACTERS, Text

FeatureType = Literal["number", "integer", "boolean", "category", "date", "text"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_LABEL)]

RULES: dict[FeatureType, type[Rule]] = {
    "number": Number,
    "integer": Integer,
    "boolean": Boolean,
    "category": Category,
    "date": Date,
    "text": Text,
}


_OF_SOME_TYPES = frozenset().union(*(rule.takes for rule in RULES.values()))


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
    min: float | str | None = None
    max: float | str | None = None
    min_length: int | None = Field(default=None, ge=1, le=MOST_CHARACTERS)
    max_length: int | None = Field(default=None, ge=1, le=MOST_CHARACTERS)
    pattern: str | None = None
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

    @cached_property
    def bounds(self) -> tuple[float | None, float | None]:
        """The least and the greatest value, in the model's form."""
        return self._bound("min", self.min), self._bound("max", self.max)

    def _bound(self, key: str, value: float | str | None) -> float | None:
        if self.type != "date":
            if isinstance(value, str):
                raise ValueError(f"'{self.name}' has the {key} {value!r}, which is no number")
            return value
        try:
            return None if value is None else day_of(value)
        except Misfit as misfit:
            raise ValueError(f"'{self.name}' has the {key} {value!r}, which {misfit}") from None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        for key in sorted(key for key in _OF_SOME_TYPES if getattr(self, key) is not None):
            if key not in RULES[self.type].takes:
                raise ValueError(f"'{self.name}' is a {self.type}, which has no {key}; remove it")
        low, high = self.bounds
        if low is not None and high is not None and low > high:
            raise ValueError(f"'{self.name}' has a min of {self.min} above its max {self.max}")
        if (self.min_length or 0) > (self.max_length or MOST_CHARACTERS):
            raise ValueError(f"'{self.name}' has a min_length above its max_length")
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
