"""The refusal of a request, and the problem that tells it (RFC 9457, application/problem+json)."""

from collections.abc import Iterable, Mapping
from itertools import islice
from json import JSONEncoder
from typing import Any

from pydantic import BaseModel, Field
from pydantic_core import to_json

from .findings import Finding
from .likeness import MOST_WORDS

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 10
_MOST_CHARACTERS = 80


class FieldError(BaseModel):
    """One thing that is wrong with one field."""

    field: str | None = Field(default=None, description="None for the request as a whole")
    row: int | None = Field(default=None, description="The row in a list, from 0")
    reason: str
    value: Any = Field(default=None, description="What was sent")
    allowed: list[str] | None = Field(
        default=None,
        description=f"Those of the allowed that are like it, nearest first, at most {MOST_WORDS}",
    )
    allowed_count: int | None = Field(
        default=None,
        description="How many are allowed in all; /api/predict/params lists a feature's labels",
    )


class Problem(BaseModel):
    """The reason why a request has no answer, and what to do."""

    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldError] = Field(default=[], description=f"The first {MOST_ERRORS} findings")


class Refusal(Exception):
    """A request that gets a problem for an answer, and headers with it."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the client is told."""
        super().__init__(detail)
        self.status, self.title, self.detail = status, title, detail
        self.errors, self.headers = list(errors), dict(headers or {})

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


def invalid(findings: Iterable[Finding]) -> Refusal:
    """Turn what is wrong with a request into a refusal; no more is looked for than it says."""
    found = list(islice(findings, MOST_ERRORS + 1))
    errors = [_field_error(finding) for finding in found[:MOST_ERRORS]]
    first, others = errors[0], len(found) - 1
    where = f"{first.field}: " if first.field else ""
    row = "" if first.row is None else f"row {first.row}, "
    least = "at least " if others == MOST_ERRORS else ""
    more = f" (and {least}{others} more)" if others else ""
    known = ""
    if first.allowed_count and not first.allowed:
        known = f"; GET /api/predict/params lists the {first.allowed_count:,} that are"
    return Refusal(422, "Invalid values", f"{row}{where}{first.reason}{more}{known}", errors)


def _field_error(finding: Finding) -> FieldError:
    error = FieldError(
        field=finding.field and shown(finding.field),
        row=finding.row,
        reason=finding.reason,
        value=shown(finding.value),
    )
    if finding.among:
        error.allowed = list(finding.among.like(str(shown(finding.word)))) or None
        error.allowed_count = len(finding.among)
    return error


def shown(value: Any) -> Any:
    """Return a value as an answer may repeat it: short, and valid in JSON."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and abs(value) < 1e15:
        return value
    text = _json(value) if isinstance(value, (list, dict)) else str(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def _json(value: Any) -> str:
    """Return the begin of a value's JSON: as much as is shown, however long it is."""
    text = ""
    # A check for circles would keep a half-written value until the next garbage collection.
    encoder = JSONEncoder(ensure_ascii=False, check_circular=False, default=str)
    for piece in encoder.iterencode(value):
        text += piece
        if len(text) > _MOST_CHARACTERS:
            break
    return text
