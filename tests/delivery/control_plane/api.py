"""A client of the API server: JSON by paths, as whoever its token names."""

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Object = dict[str, Any]
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
SECONDS = 60


class ApiError(Exception):
    """A refusal of the API server: `status` is HTTP's, the text is the server's."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status}: {said}")
        self.status = status


@dataclass(frozen=True)
class Api:
    """The API server at an address, which its certificate's authority vouches for."""

    address: str
    token: str
    authority: Path

    def get(self, path: str, **query: str) -> Object:
        """Return an object, or what else is at a path."""
        found: Object = json.loads(self.text(path, **query))
        return found

    def text(self, path: str, **query: str) -> str:
        """Return what is at a path, as it is."""
        return self._ask("GET", path, query)

    def objects(self, path: str, **query: str) -> list[Object]:
        """Return the objects of a kind."""
        items: list[Object] = self.get(path, **query)["items"]
        return items

    def create(self, path: str, given: Object) -> Object:
        """Make an object and return it as the server has it."""
        made: Object = json.loads(self._ask("POST", path, {}, given))
        return made

    def patch(self, path: str, given: Object, kind: str = MERGE, **query: str) -> Object:
        """Lay a patch over an object."""
        found: Object = json.loads(self._ask("PATCH", path, query, given, kind))
        return found

    def apply(self, path: str, given: Object) -> list[str]:
        """Try a server-side apply, strictly and without keeping anything; return its warnings.

        Raises:
            ApiError: The server does not take it.
        """
        query = {"fieldManager": "tests", "dryRun": "All", "fieldValidation": "Strict"}
        with self._answer("PATCH", path, query, given, APPLY) as response:
            return list(response.headers.get_all("Warning", []))

    def delete(self, path: str, **options: object) -> None:
        """Delete an object, if it is there."""
        try:
            self._ask("DELETE", path, {}, {"kind": "DeleteOptions", "apiVersion": "v1", **options})
        except ApiError as refusal:
            if refusal.status not in (404, 409):
                raise

    def watch(self, path: str, **query: str) -> Iterator[Object]:
        """Yield the events of a kind's objects, first those that are there, for some minutes."""
        asked = {**query, "watch": "1", "timeoutSeconds": "300"}
        with self._open("GET", path, asked, None, "", 310) as response:
            for line in response:
                yield json.loads(line)

    def _ask(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        given: Object | None = None,
        kind: str = "application/json",
    ) -> str:
        with self._answer(method, path, query, given, kind) as response:
            return str(response.read(), "utf-8")

    def _answer(
        self, method: str, path: str, query: dict[str, str], given: Object | None, kind: str
    ) -> Any:
        try:
            return self._open(method, path, query, given, kind, SECONDS)
        except urllib.error.HTTPError as error:
            said = error.read().decode()
            with suppress(ValueError, KeyError, TypeError):
                said = json.loads(said)["message"]
            raise ApiError(error.code, said) from error

    def _open(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        given: Object | None,
        kind: str,
        seconds: float,
    ) -> Any:
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        request = urllib.request.Request(
            f"{self.address}{path}{asked}",
            json.dumps(given).encode() if given is not None else None,
            {"Authorization": f"Bearer {self.token}", "Content-Type": kind},
            method=method,
        )
        return self._opener.open(request, timeout=seconds)

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        context = ssl.create_default_context(cafile=str(self.authority))
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
