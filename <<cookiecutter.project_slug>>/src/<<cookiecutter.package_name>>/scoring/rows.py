"""The judge of single rows: the request type of the API, and its sentences."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ..bundle.schema import Schema
from ..serving.models import request_model
from ..serving.problems import FieldError, invalid, nearest
from .rejects import Reject, short


class Rows:
    """Validates one row at a time, as the API does, but lets unknown fields pass."""

    def __init__(self, schema: Schema) -> None:
        """Make the row's type from a bundle's schema."""
        base = request_model(schema)
        # A pydantic model's configuration is inherited but for what is named here.
        self.type: type[BaseModel] = type(
            "Row",
            (base,),
            {"__module__": __name__, "model_config": ConfigDict(extra="allow")},
        )
        self._labels = {feature.name: tuple(feature.labels or ()) for feature in schema.features}

    def rejects(
        self, error: ValidationError, record: int, line: int | None, sent: Mapping[str, Any]
    ) -> list[Reject]:
        """Say what is wrong with a row in the API's words.

        Args:
            error: What the type found.
            record: The row's number.
            line: The line on which it begins.
            sent: The row's values as the input has them, where they are known.
        """
        refusal = invalid(error, {}, [])
        if not refusal.errors:
            return [Reject(record, line, None, refusal.detail)]
        return [self._reject(found, record, line, sent) for found in refusal.errors]

    def _reject(
        self, found: FieldError, record: int, line: int | None, sent: Mapping[str, Any]
    ) -> Reject:
        value = sent.get(found.field or "", found.value)
        labels = self._labels.get(found.field or "", ()) if found.allowed is not None else ()
        allowed = ", ".join(_nearest(str(found.value), labels))
        return Reject(record, line, found.field, found.reason, short(value), allowed)


@lru_cache(maxsize=10_000)
def _nearest(value: str, labels: tuple[str, ...]) -> list[str]:
    return nearest(value, list(labels))
