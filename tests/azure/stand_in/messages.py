"""A request as the stand-in's parts see it, and their answers."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass
class Request:
    """One request of the tested program."""

    method: str
    host: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Its path, decoded, without a slash at its end."""
        return unquote(urlsplit(self.target).path).rstrip("/")

    @property
    def query(self) -> dict[str, str]:
        """Its query's parameters."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def json(self) -> Any:
        """Parse the body.

        Raises:
            Refused: It isn't JSON.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Refused(400, "InvalidRequestContent", f"not JSON: {error}") from error


@dataclass
class Answer:
    """An answer: a body of JSON unless it is bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - it is an answer
    """An answer in Azure's form of an error."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        """Say it; underscores in a header's name are hyphens."""
        super().__init__(f"{status} {code}: {message}")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = Answer(status, {"error": {"code": code, "message": message}}, named)
