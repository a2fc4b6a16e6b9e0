"""A prediction log in Elasticsearch, read page by page from a point in time.

https://www.elastic.co/docs/reference/elasticsearch/rest-apis/paginate-search-results: a point in
time (PIT) with `search_after` gives each event once, whatever is written meanwhile.
"""

import base64
import http.client
import json
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite
from typing import Any
from urllib.parse import quote, urlsplit

from ..errors import ProjectError
from ..progress import advance
from .source import Source, Window

PAGE = 5_000
"""Events in an answer; Elasticsearch gives at most 10,000."""

KEEP = "5m"
"""The time for which a point in time outlives its last use."""

ATTEMPTS = 4
_AGAIN = {429, 502, 503, 504}
_PAUSE, _PATIENCE = 0.25, 60.0
_FIELDS = [
    *("event", "time", "id", "model", "version", "features", "lines"),
    *("class_names", "probabilities", "prediction"),
]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nowhere: the key is for one host."""

    def redirect_request(self, *_: Any) -> None:
        """Return nothing, so that the redirection is the answer."""


class Index(Source):
    """The events of an index, a data stream or a pattern of them: https://host:9200/shop-*.

    The environment has what opens it: ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and
    ELASTICSEARCH_PASSWORD; and in ELASTICSEARCH_CA a file of certificates to trust.
    """

    def __init__(self, address: str) -> None:
        """Read an index by its address.

        Raises:
            ProjectError: The address names no index, or holds a password.
        """
        parts = urlsplit(address)
        self._root = f"{parts.scheme}://{parts.netloc}"
        context = ssl.create_default_context(cafile=os.environ.get("ELASTICSEARCH_CA") or None)
        handlers = (urllib.request.HTTPSHandler(context=context), _NoRedirect())
        self._opener = urllib.request.build_opener(*handlers)
        self._index = parts.path.strip("/")
        if "@" in parts.netloc:
            raise ProjectError(
                "FROM holds a password, which others on this machine could read; put it into "
                "ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD."
            )
        if not self._index or "/" in self._index:
            raise ProjectError(
                f"FROM is {address}, and names no index; write it like {self._root}/shop-*."
            )

    def __str__(self) -> str:
        """Return its address."""
        return f"{self._root}/{self._index}"

    def records(self, window: Window) -> Iterator[Any]:
        """See `Source`.

        Raises:
            ProjectError: Elasticsearch refuses, or does not answer.
        """
        index = quote(self._index, safe="*,-_.")
        point = self._ask("POST", f"/{index}/_pit?keep_alive={KEEP}", None)["id"]
        try:
            done, total, last = 0, 0, None
            while True:
                body = _search(point, window, last)
                found = self._ask("POST", "/_search?allow_partial_search_results=false", body)
                point, hits = found["pit_id"], found["hits"]["hits"]
                total = total or found["hits"]["total"]["value"]
                yield from (hit["_source"] for hit in hits)
                done += len(hits)
                advance(done, total, "events")
                if len(hits) < PAGE:
                    return
                last = hits[-1]["sort"]
        finally:
            with suppress(ProjectError):  # it ends by itself
                self._ask("DELETE", "/_pit", {"id": point})

    def _ask(self, method: str, path: str, body: Any) -> Any:
        """Return an answer; what may pass by is tried again."""
        for attempt in range(ATTEMPTS):
            try:
                return self._once(method, path, body)
            except urllib.error.HTTPError as error:
                reason = f"{error.code}: {_reason(error)}"
                if error.code not in _AGAIN:
                    break
            except (OSError, http.client.HTTPException, ValueError) as error:
                reason = str(getattr(error, "reason", error))
            time.sleep(_PAUSE * 2**attempt)
        raise ProjectError(f"{self} can't be read ({reason}). {_hint(reason)}".strip())

    def _once(self, method: str, path: str, body: Any) -> Any:
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **_credentials()}
        request = urllib.request.Request(  # noqa: S310
            self._root + path, content, headers, method=method
        )
        with self._opener.open(request, timeout=_PATIENCE) as answer:
            return json.load(answer)


def _search(point: str, window: Window, last: Any) -> dict[str, Any]:
    """Return the request for a page, after the last event of the one before."""
    only: list[Any] = [{"terms": {"event": ["prediction", "dropped"]}}]
    ends = {"gte": window.since, "lt": window.until}
    if times := {name: _text(end) for name, end in ends.items() if isfinite(end)}:
        only.append({"range": {"time": times}})
    search = {
        "size": PAGE,
        "query": {"bool": {"filter": only}},
        "pit": {"id": point, "keep_alive": KEEP},
        "sort": [{"_shard_doc": "asc"}],
        "track_total_hits": last is None,
        "_source": _FIELDS,
    }
    return search if last is None else search | {"search_after": last}


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _credentials() -> dict[str, str]:
    if key := os.environ.get("ELASTICSEARCH_API_KEY"):
        return {"Authorization": f"ApiKey {key}"}
    if name := os.environ.get("ELASTICSEARCH_USERNAME"):
        secret = f"{name}:{os.environ.get('ELASTICSEARCH_PASSWORD', '')}"
        return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
    return {}


def _reason(error: urllib.error.HTTPError) -> str:
    content = error.read(10_000)
    try:
        found = json.loads(content)["error"]
        return str(found["reason"] if isinstance(found, dict) else found)
    except (ValueError, KeyError, TypeError):
        return content[:200].decode(errors="replace").strip() or str(error.reason)


def _hint(reason: str) -> str:
    if reason.startswith(("401", "403")):
        return "Set ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD."
    if "CERTIFICATE" in reason.upper():
        return "Name its certificate authority's file in ELASTICSEARCH_CA."
    return ""
