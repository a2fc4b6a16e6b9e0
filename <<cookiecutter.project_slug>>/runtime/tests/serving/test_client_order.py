"""The web page shows features, labels and classes in the service's order, whatever they are called.

JavaScript puts keys that look like whole numbers first, by their size.
"""

import json
import random
from pathlib import Path
from typing import Any

from model_runtime.bundle.schema import Schema
from model_runtime.contract.responses import row_model, value_model
from model_runtime.contract.row import request_model
from model_runtime.features import Feature

from ..support.on_node import on_node

SCRIPT = """
import { readFileSync } from "node:fs";
import { answersOf, classNamed, nameOf } from "./answer.js";
import { featuresOf } from "./features.js";
import { entriesOf, keysOf, parsed, spelled } from "./json.js";
const given = parsed(readFileSync(0, "utf8"));
const { flags, labels } = answersOf(given.schemas);
console.log(JSON.stringify({
  features: featuresOf(given.params, given.asked).map((each) =>
    [each.name, each.choices ?? null, each.help]),
  flags, labels, names: [labels.map(classNamed), flags.map(nameOf)],
  answer: spelled(entriesOf(given.answer)), nothing: spelled([]),
  read: given.texts.map((text) => [parsed, JSON.parse].map((each) => JSON.stringify(each(text)))),
  keys: given.texts.map((text) => keysOf(parsed(text))),
}));
"""
SCHEMA = Schema(
    task="classification",
    target="month",
    features=[
        Feature(name="b", type="number", min=1860, max=12_345, example=1900),
        Feature(
            name="10",
            type="category",
            labels=["30", "4", "1"],
            names={"4": "Four", "1": "One"},
            example="1",
        ),
        Feature(name="2", type="integer", names={"7": "Seven", "3": "Three"}, example=3),
        Feature(name="1", type="boolean", example=True),
        Feature(
            name="0",
            type="category",
            labels=["high", "low", "middle"],
            names={"low": "Low", "middle": "Middle", "high": "High"},
            example="low",
        ),
    ],
    classes=["1", "10", "2", "none"],
    flags=["01", "10", "9", "2"],
)
WORDS = ["1", "0", "10", "b", "", "__proto__", '"', "\\", ":", '":', "_", "a\n", "é\u2028", " "]


def test_the_order_is_the_service_s(tmp_path: Path) -> None:
    answer = dict(zip(SCHEMA.flags, (0.1, 0.2, 0.3, 0.4), strict=True))
    draw = random.Random(0)
    objects = [thing(draw, 3) for _ in range(300)]
    given = {
        "asked": request_model(SCHEMA).model_json_schema(),
        "params": {feature.name: feature.labels or 0 for feature in SCHEMA.features},
        "schemas": {
            "Probabilities": row_model(SCHEMA).model_json_schema(),
            "PredictedClass": value_model(SCHEMA).model_json_schema(),
        },
        "answer": answer,
        "texts": [json.dumps(each, indent=draw.choice([None, 1])) for each in objects],
    }
    found = on_node(tmp_path, SCRIPT, given)
    names, choices, helps = zip(*found["features"], strict=True)
    assert names == ("b", "10", "2", "1", "0")
    assert [label for label, _ in choices[4]] == ["low", "middle", "high"]
    assert choices[1] == [["4", "Four"], ["1", "One"], ["30", "30"]]
    assert helps[0] == "between 1860 and 12,345"
    assert helps[2] == "whole number; 7 means Seven; 3 means Three"
    assert (found["flags"], found["labels"]) == (SCHEMA.flags, SCHEMA.classes)
    assert found["names"] == [["1", "10", "2", "None"]] * 2
    assert (found["answer"], found["nothing"]) == (json.dumps(answer, indent=2), "{}")
    assert all(one == other for one, other in found["read"])
    assert found["keys"] == [[*each] for each in objects]


def thing(draw: random.Random, depth: int) -> dict[str, Any]:
    """Return an object of JSON, its keys in any order."""
    values: list[Any] = [*WORDS, 1, 2.5, None, True, [], {}, ['"', ":", {"2": 1, "1": ":"}]]
    keys = draw.sample(WORDS, draw.randint(0, 6))
    return {
        key: thing(draw, depth - 1) if depth and draw.random() < 0.3 else draw.choice(values)
        for key in keys
    }
