"""Postman's format v2.1, as far as a collection of ours uses it.

https://schema.getpostman.com/json/collection/v2.1.0/docs/index.html
"""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Collected = dict[str, Any]


class Part(BaseModel):
    """A part of the format v2.1, as far as a collection of ours uses it."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Pair(Part):
    key: str
    value: str


class Script(Part):
    type: Literal["text/javascript"]
    exec: list[str]


class Event(Part):
    listen: Literal["test"]
    script: Script


class Body(Part):
    mode: Literal["raw"]
    raw: str
    options: dict[Literal["raw"], dict[Literal["language"], Literal["json"]]]


class Url(Part):
    raw: str
    host: list[str]
    path: list[str]


class Typed(Pair):
    type: Literal["string"]


class Auth(Part):
    type: Literal["apikey", "noauth"]
    apikey: list[Typed] = []


class Request(Part):
    method: Literal["GET", "POST"]
    header: list[Pair]
    body: Body | None = None
    auth: Auth | None = None
    url: Url


class Item(Part):
    id: str
    name: str
    event: list[Event]
    request: Request
    response: list[Any]


class Folder(Part):
    name: str
    item: list[Item]


class Format(Part):
    info: dict[Literal["_postman_id", "name", "description", "schema"], str]
    item: list[Folder]
    auth: Auth
    variable: list[Pair]


def items(collected: Collected) -> Iterator[Item]:
    for folder in Format.model_validate(collected).item:
        yield from folder.item
