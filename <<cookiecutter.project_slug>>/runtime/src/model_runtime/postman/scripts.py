"""The JavaScript that Postman runs on an answer, by lines."""

import json
from typing import Any

from ..bundle.schema import Schema
from ..contract.problems import MEDIA_TYPE
from ..contract.route import PredictionRoute

Lines = list[str]

_TOLERANCE = "1e-5"
_REQUEST_ID = 'pm.response.headers.get("X-Request-ID")'

_CLOSE = f"""\
const close = (got, wanted) => {{
  if (typeof wanted === "number") {{
    return Math.abs(got - wanted) <= {_TOLERANCE} * Math.max(1, Math.abs(wanted));
  }}
  if (typeof wanted !== "object") return got === wanted;
  const keys = Object.keys(wanted);
  if (keys.length !== Object.keys(got).length) return false;
  return keys.every((key) => close(got[key], wanted[key]));
}};""".splitlines()


def check(title: str, *statements: str) -> Lines:
    """Return a test; it fails where one of its statements throws."""
    return [f"pm.test({_js(title)}, () => {{", *_indented(statements), "});"]


def equals(expression: str, expected: Any, title: str) -> Lines:
    """Return a test that an expression has a value."""
    return check(title, f"pm.expect({expression}).to.eql({_js(expected)});")


def answered(status: int, media_type: str) -> Lines:
    """Return tests of what every answer has."""
    kind = 'pm.response.headers.get("Content-Type").split(";")[0]'
    return [
        *check(f"status {status}", f"pm.response.to.have.status({status});"),
        *equals(kind, media_type, media_type),
        *check("a request id", f"pm.expect({_REQUEST_ID}).to.match(/^[A-Za-z0-9._-]{{1,64}}$/);"),
    ]


def answered_json(as_text: bool = False) -> Lines:
    """Return tests of an answer in JSON or in a text that holds it, which is `answer` then."""
    value = "JSON.parse(pm.response.json())" if as_text else "pm.response.json()"
    return [*answered(200, "application/json"), f"const answer = {value};"]


def own_request_id(request_id: str) -> Lines:
    """Return a test that a client's own request id comes back."""
    return equals(_REQUEST_ID, request_id, "the client's own request id")


def predicted(schema: Schema, route: PredictionRoute, rows: int) -> Lines:
    """Return tests of a prediction's shape.

    Args:
        schema: The bundle's.
        route: It answers.
        rows: How many rows it was asked about.
    """
    lines, path = answered_json(route.as_text), route.path
    if path == "/api/predict":
        return lines + (_probabilities(schema) if schema.classes else _prediction())
    answers = "answer.result" if path == "/score" else "answer"
    counted = f'pm.expect({answers}).to.be.an("array").with.lengthOf({rows});'
    each = [f"for (const row of {answers}) {{", *_indented(_row(schema, path)), "}"]
    return [
        *lines,
        *check(f"as many answers as rows: {rows}", counted),
        *check("each of them fits the model", *each),
    ]


def _probabilities(schema: Schema) -> Lines:
    flags = f"pm.expect(answer).to.have.all.keys({_js(schema.flags)});"
    return [
        *check("the flags are the keys", flags),
        *check("probabilities between 0 and 1 that sum to 1", *_shares("Object.values(answer)")),
    ]


def _prediction() -> Lines:
    keys = 'pm.expect(answer).to.have.all.keys(["prediction"]);'
    return check("a finite number", keys, "pm.expect(answer.prediction).to.be.finite;")


def _row(schema: Schema, path: str) -> Lines:
    if path == "/api/proba_predictions":
        names = f"pm.expect(row.class_names).to.eql({_js(schema.classes)});"
        length = f"pm.expect(row.probabilities).to.have.lengthOf({len(schema.classes)});"
        return [names, length, *_shares("row.probabilities")]
    name = "class_name" if schema.classes else "prediction"
    value = "row" if path == "/score" else f"row.{name}"
    if schema.classes:
        return [f"pm.expect({value}).to.be.oneOf({_js(schema.classes)});"]
    return [f"pm.expect({value}).to.be.finite;"]


def _shares(expression: str) -> Lines:
    return [
        f"const shares = {expression};",
        "for (const share of shares) pm.expect(share).to.be.within(0, 1);",
        f"pm.expect(shares.reduce((a, b) => a + b)).to.be.closeTo(1, {_TOLERANCE});",
    ]


def with_contributions(schema: Schema) -> Lines:
    """Return tests of an explanation: its answer, and what each value adds, the greatest first."""
    names = [feature.name for feature in schema.features]
    lines = answered_json()
    if schema.classes:
        share = "pm.expect(answer.probability).to.be.within(0, 1);"
        lines += check(
            "a class", f"pm.expect(answer.class_name).to.be.oneOf({_js(schema.classes)});"
        )
        lines += check("its probability", share)
    else:
        lines += check("a finite number", "pm.expect(answer.prediction).to.be.finite;")
    parts = [
        "const found = answer.contributions;",
        f"for (const one of found) pm.expect(one.feature).to.be.oneOf({_js(names)});",
        "const sizes = found.map((one) => Math.abs(one.contribution));",
        "pm.expect(sizes).to.eql([...sizes].sort((a, b) => b - a));",
    ]
    return lines + check("each value's part, the greatest first", *parts)


def as_trained(expected: Any) -> Lines:
    """Return a test that `answer` is the one that training got, but for a rounding error."""
    compared = f"pm.expect(close(answer, {_js(expected)}), pm.response.text()).to.be.true;"
    return [*_CLOSE, *check(f"what training answered, within {_TOLERANCE}", compared)]


def refused(status: int, **finding: Any) -> Lines:
    """Return tests of a refusal.

    Args:
        status: Its status.
        finding: What its first finding says: `field`, `row`, `reason`, and as `nearest` the first
            of what is allowed.
    """
    lines = [
        *answered(status, MEDIA_TYPE),
        "const problem = pm.response.json();",
        *equals("problem.status", status, "the problem names the status"),
        *check("… and the request", f"pm.expect(problem.request_id).to.eql({_REQUEST_ID});"),
        *check("… and what to do", 'pm.expect(problem.detail).to.be.a("string").and.not.empty;'),
    ]
    for name, value in finding.items():
        place = "allowed[0]" if name == "nearest" else name
        lines += equals(f"problem.errors[0].{place}", value, f"{name}: {value}")
    return lines


def _js(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _indented(statements: Lines | tuple[str, ...]) -> Lines:
    return [f"  {statement}" for statement in statements]
