"""Find what is wrong with rows, one thing after the other, for as long as somebody asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..bundle.schema import Schema
from ..features import Feature
from ..features.rule import REASONS
from .likeness import Words
from .row import id_as_text, row_type

_NO_LABEL = REASONS["literal_error"]

Row = dict[str, Any]
"""Each field's value by its name."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with what was sent.

    `word` should have been one of the words `among`, where that is what is wrong.
    """

    reason: str
    field: str | None = None
    row: int | None = None
    value: Any = None
    word: Any = None
    among: Words | None = None


class RowType:
    """The type of a row: its values if it fits, and what is wrong if it does not."""

    def __init__(self, schema: Schema, others: bool = False) -> None:
        """Make the type from a bundle's schema.

        Args:
            schema: The bundle's.
            others: Whether a row may have other fields, too.
        """
        self._others = others
        self.type = row_type(schema)
        self._validate = TypeAdapter(self.type).validator.validate_python
        self._fields = {feature.name: feature for feature in schema.features}
        self._id = schema.id
        if schema.id:
            self._fields[schema.id] = Feature(
                name=schema.id, type="text", optional=True, example=""
            )
        self._names = Words(list(self._fields))
        self._labels = {
            name: Words(field.labels) for name, field in self._fields.items() if field.labels
        }
        self.width = len(self._fields)

    def read(self, sent: Any) -> Row | None:
        """Return a row's values, what is missing as None; nothing if it does not fit."""
        try:
            row: Row = self._validate(sent)
        except ValidationError:
            return None
        return row if self._others or len(row) == self.width else None

    def unknown(self, row: Row) -> Iterator[str]:
        """Yield the names in a row that are no fields of the type."""
        return (name for name in row if name not in self._fields)

    def findings(self, sent: Any, number: int | None = None) -> Iterator[Finding]:
        """Yield what is wrong with a row.

        Args:
            sent: As JSON has it.
            number: The row's, in a list.
        """
        if not isinstance(sent, dict):
            yield Finding(REASONS["model_type"], row=number, value=sent)
            return
        for name, field in self._fields.items():
            if reason := self._misfit(field, sent):
                word = (sent[name], self._labels[name]) if reason == _NO_LABEL else ()
                yield Finding(reason, name, number, sent.get(name), *word)
        for name in () if self._others else self.unknown(sent):
            reason, value = REASONS["extra_forbidden"], sent[name]
            yield Finding(reason, name, number, value, name, self._names)

    def _misfit(self, field: Feature, sent: Row) -> str | None:
        value = sent.get(field.name)
        if value is None or (value == "" and field.rule.empty_is_missing):
            if field.optional:
                return None
            if field.name not in sent:
                return REASONS["missing"]
        return field.misfit(id_as_text(value) if field.name == self._id else value)
