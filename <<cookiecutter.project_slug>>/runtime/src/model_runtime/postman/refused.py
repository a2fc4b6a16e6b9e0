"""Requests that do not fit, each in one way, and what the service has to say of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..bundle.schema import Schema
from ..contract.likeness import Words
from ..contract.route import PredictionRoute
from ..features import Feature
from .cases import Case, posted, raw
from .scripts import refused as refusal

_MOST_CHARACTERS = 80


def refused(
    schema: Schema, singles: list[PredictionRoute], lists: list[PredictionRoute]
) -> list[Case]:
    """Return requests that get a problem for an answer.

    Args:
        schema: The bundle's.
        singles: The routes that take one row; the first is asked with each value that is wrong.
        lists: Those that take lists.
    """
    one = singles[0]
    return [
        *(case for feature in schema.features for case in _feature(one, schema, feature)),
        *(_extra(route, schema) for route in singles),
        *(case for route in [*singles, *lists] for case in _body(route)),
        *(case for route in lists for case in _list(route, schema)),
        Case("/api/predict: asked by GET", "/api/predict", refusal(405)),
        Case("/nowhere", "/nowhere", refusal(404)),
    ]


def keyless(schema: Schema, routes: list[PredictionRoute]) -> list[Case]:
    """Return requests without an API key, for services that ask for one."""
    asked = [posted(route, "without a key", [schema.example], refusal(401)) for route in routes]
    return [replace(case, has_key=False) for case in asked]


def _feature(one: PredictionRoute, schema: Schema, feature: Feature) -> Iterator[Case]:
    name, example = feature.name, schema.example
    if not feature.optional:
        rest = {other: value for other, value in example.items() if other != name}
        tests = refusal(422, field=name, reason="is required")
        yield posted(one, f"without {name}", [rest], tests)
    for value, finding in _wrong(feature):
        tests = refusal(422, field=name, **finding)
        yield posted(one, f"{name} is {_brief(value)}", [{**example, name: value}], tests)


def _wrong(feature: Feature) -> Iterator[tuple[Any, dict[str, Any]]]:
    value, reason = feature.rule.wrong
    yield value, {"reason": reason}
    if feature.labels:
        label = misspelt(feature.labels)
        finding = {"reason": "is not a label of this field"}
        yield label, {**finding, "nearest": Words(feature.labels).like(label)[0]}
    for outside in feature.rule.outside():
        yield outside, {"reason": feature.misfit(outside)}


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def misspelt(labels: list[str]) -> str:
    """Return what is almost a label and is none."""
    label = min(labels, key=len)
    while label in labels:
        label += "x"
    return label


def _extra(one: PredictionRoute, schema: Schema) -> Case:
    names = [*schema.example, *([schema.id] if schema.id else [])]
    extra = misspelt(names)
    tests = refusal(
        422,
        field=extra,
        reason="is not a field of this model",
        nearest=Words(names).like(extra)[0],
    )
    return posted(one, f"{extra} is no field", [{**schema.example, extra: 1}], tests)


def _body(route: PredictionRoute) -> Iterator[Case]:
    """Yield bodies that are no request at all."""
    path, wanted = route.path, "must be an object of named fields"
    if isinstance(route.example, list):
        wanted = "must be a list of objects"
    yield raw(path, "invalid JSON", "{", refusal(400))
    yield raw(path, "null", "null", refusal(422, reason=wanted))
    case = posted(route, "not JSON by its content type", [{}], refusal(415))
    yield replace(case, headers={"Content-Type": "text/plain"})


def _list(route: PredictionRoute, schema: Schema) -> Iterator[Case]:
    reason = "must have at least 1 row"
    yield posted(route, "an empty list", [], refusal(422, reason=reason))
    feature = next((each for each in schema.features if not each.optional), schema.features[0])
    value, reason = feature.rule.wrong
    rows = [schema.example, {**schema.example, feature.name: value}]
    tests = refusal(422, field=feature.name, row=1, reason=reason)
    yield posted(route, f"row 1 has {feature.name} {value!r}", rows, tests)
