"""The names by which people know values and answers; programs keep their own."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from ..humanised import humanised

Told = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A name for people."""


class Answer(BaseModel):
    """The target as people know it: its label, unit and description, and its classes' names."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    label: Told | None = None
    unit: Told | None = None
    description: str = ""
    names: dict[str, Told] = {}

    def name(self, of: str) -> str:
        """Return what people call a class."""
        return self.names.get(of) or humanised(of)


def with_unit(description: str, unit: str | None) -> str:
    """Return a description with its unit at the end, in brackets, as the API tells both."""
    return " ".join(filter(None, [description, f"[{unit}]" if unit else ""]))
