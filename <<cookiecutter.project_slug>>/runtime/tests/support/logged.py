"""Prediction logs: what a service writes, and such lines made up."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from model_runtime.monitoring.places import open_log

BEGIN = datetime(2030, 1, 1, tzinfo=UTC)


def event(
    identity: Any, answer: Mapping[str, float], hours: float = 0, **others: Any
) -> dict[str, Any]:
    """Return an event of the model `shop`, so many hours after the beginning of 2030."""
    time = (BEGIN + timedelta(hours=hours)).isoformat(timespec="milliseconds")
    about = {"event": "prediction", "time": time, "request_id": "r", "route": "/api/predict"}
    return {**about, "model": "shop", "version": 1, "id": identity, **told(answer), **others}


def told(answer: Mapping[str, float]) -> dict[str, Any]:
    """Return an answer as an event has it, the likeliest class first."""
    if "prediction" in answer:
        return dict(answer)
    names = sorted(answer, key=lambda name: -answer[name])
    return {"class_names": names, "probabilities": [answer[name] for name in names]}


def written(file: Path, events: Iterable[Mapping[str, Any] | str]) -> Path:
    """Write events as JSON lines, and texts as they are."""
    lines = (each if isinstance(each, str) else json.dumps(each) for each in events)
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return file


def requests(frame: pd.DataFrame, leave_out: Iterable[str]) -> list[dict[str, Any]]:
    """Return a data frame's rows as a client sends them, without some columns."""
    rows: list[dict[str, Any]] = json.loads(
        frame.drop(columns=list(leave_out)).to_json(orient="records", double_precision=15)
    )
    return rows


def read(place: str | Path, since: str = "", until: str = "") -> list[str | None]:
    """Return the IDs of the predictions of a log, as the shop's service writes it."""
    log = open_log(str(place), "shops", "shop", since, until)
    return [each.id for each in log.predictions()]
