"""What a client reads when a request can't be answered (RFC 9457, application/problem+json)."""

from difflib import SequenceMatcher
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import to_json

from ..features.rule import REASONS

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 10
MOST_LABELS = 20
_MOST_CHARACTERS = 80


class FieldError(BaseModel):
    """One thing that is wrong with one field."""

    field: str | None = Field(default=None, description="None for the request as a whole")
    row: int | None = Field(default=None, description="The row in a list, from 0")
    reason: str
    value: Any = Field(default=None, description="What was sent")
    allowed: list[str] | None = Field(
        default=None, description="The nearest of the allowed, nearest first"
    )


class Problem(BaseModel):
    """Why a request has no answer, and what to do."""

    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldError] = Field(default=[], description=f"The first {MOST_ERRORS} findings")


class Refusal(Exception):
    """A request that gets a problem for an answer, and headers with it."""

    headers: tuple[tuple[bytes, bytes], ...] = ()

    def __init__(
        self, status: int, title: str, detail: str, errors: list[FieldError] | None = None
    ) -> None:
        """Keep what the client is told."""
        super().__init__(detail)
        self.status, self.title, self.detail, self.errors = status, title, detail, errors or []

    def body(self, request_id: str) -> bytes:
        """Return the answer's JSON."""
        problem = Problem(
            title=self.title,
            status=self.status,
            detail=self.detail,
            request_id=request_id,
            errors=self.errors,
        )
        return to_json(problem, exclude_none=True)


def invalid(error: ValidationError, labels: dict[str, list[str]], fields: list[str]) -> Refusal:
    """Turn what pydantic found in a request into a refusal.

    Args:
        error: The finding.
        labels: Each category's labels.
        fields: All fields that a row may have.
    """
    found = error.errors(include_url=False)
    if found[0]["type"] == "json_invalid":
        return Refusal(400, "Invalid JSON", f"{found[0]['msg']}.")
    errors = [_field_error(finding, labels, fields) for finding in found[:MOST_ERRORS]]
    first = errors[0]
    where = f"{first.field}: " if first.field else ""
    row = "" if first.row is None else f"row {first.row}, "
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return Refusal(422, "Invalid values", f"{row}{where}{first.reason}{more}", errors)


def _field_error(finding: Any, labels: dict[str, list[str]], fields: list[str]) -> FieldError:
    names = [part for part in finding["loc"] if isinstance(part, str)]
    rows = [part for part in finding["loc"] if isinstance(part, int)]
    kind, name = finding["type"], _shown(names[-1]) if names else None
    field = FieldError(field=name, row=rows[0] if rows else None, reason=_reason(finding))
    if kind == "missing":
        return field
    field.value = _shown(finding["input"])
    if kind == "literal_error":
        field.allowed = nearest(str(field.value), labels.get(name or "", []))
    elif kind == "extra_forbidden":
        field.allowed = nearest(str(name), fields)
    return field


def _reason(finding: Any) -> str:
    template = REASONS.get(finding["type"])
    return template.format(**finding.get("ctx", {})) if template else finding["msg"]


def nearest(value: str, allowed: list[str]) -> list[str]:
    """Return the allowed words that are most like a value, nearest first."""
    matcher = SequenceMatcher(b=value.casefold())

    def likeness(word: str) -> float:
        matcher.set_seq1(word.casefold())
        return matcher.ratio()

    return sorted(allowed, key=likeness, reverse=True)[:MOST_LABELS]


def _shown(value: Any) -> Any:
    """Return a value as an answer may repeat it: short, and valid in JSON."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and abs(value) < 1e15:
        return value
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
