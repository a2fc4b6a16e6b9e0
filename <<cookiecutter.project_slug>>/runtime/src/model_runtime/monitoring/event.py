"""The shape of the prediction log's event, in one place: JSON in, a prediction out.

The service writes it (`serving/prediction_log`); lines of other events are none of ours.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic_core import from_json


class Broken(ValueError):
    """An event that says it is a prediction and lacks what one has; the message names it."""


class Prediction(NamedTuple):
    """One answer of the service.

    `time` is in seconds since 1970; `answer` has the logged classes' probabilities by name, or a
    regression's `prediction`; `features` are those that the log shows, as they were sent.
    """

    time: float
    id: str | None
    model: str
    version: int
    answer: dict[str, float]
    features: Mapping[str, Any]


def parsed(line: bytes) -> Any:
    """Return the JSON of a line, after what a collector may have put before it; None for none."""
    begin = line.find(b"{")
    if begin < 0:
        return None
    try:
        return from_json(line[begin:])
    except ValueError:
        return None


def prediction(event: Any) -> Prediction | None:
    """Return an event's prediction; None where the event is another or none.

    Raises:
        Broken: It lacks a part.
    """
    if not isinstance(event, dict) or event.get("event") != "prediction":
        return None
    try:
        return Prediction(
            time=_seconds(event["time"]),
            id=entity_id(event.get("id")),
            model=event["model"],
            version=int(event["version"]),
            answer=_answer(event),
            features=event.get("features") or {},
        )
    except KeyError as error:
        raise Broken(f"it has no {error.args[0]}") from error
    except (TypeError, ValueError) as error:
        raise Broken(str(error)) from error


def dropped(event: Any) -> int:
    """Return how many events a service says that it could not log, in their place."""
    lines = event.get("lines") if isinstance(event, dict) and event.get("event") == "dropped" else 0
    return lines if isinstance(lines, int) else 0


def _answer(event: Mapping[str, Any]) -> dict[str, float]:
    if "prediction" in event:
        return {"prediction": float(event["prediction"])}
    pairs = zip(event["class_names"], event["probabilities"], strict=True)
    return {name: float(share) for name, share in pairs}


def _seconds(text: str) -> float:
    time = datetime.fromisoformat(text)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def entity_id(value: Any) -> str | None:
    """Return an ID as a text, as requests, tables and logs have it: 7, 7.0 and "7" are one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None or value == "" or value != value else str(value)
