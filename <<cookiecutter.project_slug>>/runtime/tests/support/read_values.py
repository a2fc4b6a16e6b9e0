"""A value as a request, the documented type, training and a scored file read it."""

import json
import math
from typing import Any

import jsonschema_rs
import numpy as np
import pandas as pd
import polars as pl
from pydantic import BaseModel, ValidationError

from model_runtime.bundle.rows import RowColumns, columns_from
from model_runtime.bundle.schema import Schema
from model_runtime.contract.findings import RowType
from model_runtime.contract.read_json import read_json
from model_runtime.contract.row import request_model
from model_runtime.features import Feature
from model_runtime.features.columns import read_column
from model_runtime.scoring.check import Check, Raw

REFUSED = "refused"

FEATURES = [
    Feature(name="x", **fields)
    for kind in (
        {"type": "number"},
        {"type": "number", "min": -1.5, "max": 1e300},
        {"type": "integer"},
        {"type": "integer", "min": 0, "max": 9},
        {"type": "boolean"},
        {"type": "category", "labels": ["a", "b", "résumé"]},
        {"type": "category", "labels": ["1", "2", "3.0", "-7", "04"]},
        {"type": "text", "example": "a text"},
        {"type": "date"},
        {"type": "date", "min": "1999-12-31", "max": "2026-11-28"},
        {"type": "text", "example": "a1", "min_length": 2, "max_length": 3, "pattern": "^[a-z0-9]"},
        {"type": "text", "example": "1", "min_length": 1},
    )
    for fields in (kind, {**kind, "optional": True})
]


def schema_of(feature: Feature) -> Schema:
    """Return the schema of a model that has one feature alone."""
    filled = feature if feature.example is not None else with_example(feature)
    return Schema(task="regression", target="y", features=[filled])


def with_example(feature: Feature) -> Feature:
    return feature.model_copy(update={"example": feature.rule.typical(np.array([]))})


ROWS = [RowType(schema_of(feature)) for feature in FEATURES]
MODELS: list[type[BaseModel]] = [request_model(schema_of(feature)) for feature in FEATURES]
SCHEMAS = [
    jsonschema_rs.validator_for(model.model_json_schema()["properties"]["x"], validate_formats=True)
    for model in MODELS
]


def same(value: Any) -> Any:
    """Return a value in the model's form so that missing ones are equal, too."""
    return "missing" if isinstance(value, float) and math.isnan(value) else value


def requested(feature: Feature, value: Any) -> Any:
    """Return a request's value as the engine gets it."""
    row_type = ROWS[FEATURES.index(feature)]
    sent = read_json(json.dumps({"x": value}).encode(), most_rows=1)
    row = row_type.read(sent)
    assert (row is None) == any(row_type.findings(sent))
    if row is None:
        return REFUSED
    return same(RowColumns([feature])([row])["x"].ravel().tolist()[0])


def documented(feature: Feature, value: Any) -> Any:
    """Return a request's value as the engine would get it by the type that is documented."""
    try:
        row = MODELS[FEATURES.index(feature)].model_validate_json(json.dumps({"x": value}))
    except ValidationError:
        return REFUSED
    return same(columns_from([feature], [[row.__dict__["f0"]]])["x"].ravel().tolist()[0])


def trained(feature: Feature, column: "pd.Series[Any]") -> Any:
    """Return a value as training learns from it, in a column of its own."""
    read = read_column(feature.rule, column)
    if read.wrong or (read.missing[0] and not feature.optional):
        return REFUSED
    return same(read.values.tolist()[0])


def scored(feature: Feature, column: pl.Series, texts: bool) -> Any:
    """Return a value of a file as the engine gets it."""
    records = np.arange(1, 2)
    found = Check(schema_of(feature))(Raw(pl.DataFrame({"x": column}), texts, records, None, []))
    if len(found.records) == 0:
        return REFUSED
    (got,) = found.features["f0"].to_list()
    return "missing" if got is None else got
