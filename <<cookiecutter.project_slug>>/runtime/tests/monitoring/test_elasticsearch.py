"""A log in Elasticsearch: read page by page, asked again, refused with a sentence."""

from pathlib import Path
from typing import Any

import pytest

from model_runtime.errors import ProjectError
from model_runtime.monitoring import elasticsearch
from model_runtime.monitoring.places import open_log

from ..support.logged import event, read
from ..support.search_server import Index, searching

YES = {"yes": 0.75, "no": 0.25}


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Index:
    """Thirteen predictions, in pages of five, and what else a service logs."""
    monkeypatch.setattr(elasticsearch, "PAGE", 5)
    monkeypatch.setattr(elasticsearch, "_PAUSE", 0.01)
    monkeypatch.setenv("ELASTICSEARCH_CA", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("ELASTICSEARCH_API_KEY", "key")
    documents = [event(k, YES, hours=k) for k in range(13)]
    lost: dict[str, Any] = {"event": "dropped", "time": "2030-01-01T00:30:00+00:00", "lines": 4}
    others: list[dict[str, Any]] = [{"log": "INFO: started"}, lost]
    return Index("shop-*", [*documents[:6], *others, *documents[6:]], "ApiKey key")


def test_an_index_is_read_page_by_page_from_one_point_in_time(index: Index, tmp_path: Path) -> None:
    with searching(index, tmp_path) as address:
        assert read(f"{address}/shop-*") == [str(k) for k in range(13)]
        assert index.searches == 3  # the dropped lines' own event is the fourteenth
        assert not index.points, "the point in time is closed"
        assert read(f"{address}/shop-*", "2030-01-01T03:00", "2030-01-01T05:00") == ["3", "4"]
        log = open_log(f"{address}/shop-*", "shops", "shop", "", "")
        assert len(list(log.predictions())) == 13
        assert "4 events were dropped by the service itself" in log.left_out()


def test_where_elasticsearch_is_busy_it_is_asked_again(index: Index, tmp_path: Path) -> None:
    index.fail = [503, 429]
    with searching(index, tmp_path) as address:
        assert len(read(f"{address}/shop-*")) == 13
        index.fail = [503] * elasticsearch.ATTEMPTS
        with pytest.raises(ProjectError, match=r"shop-\* can't be read \(503: not now\)"):
            read(f"{address}/shop-*")


def test_what_elasticsearch_refuses_is_told_with_the_way_out(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with searching(index, tmp_path) as address:
        with pytest.raises(ProjectError, match=r"404: no such index \[/other/_pit\]"):
            read(f"{address}/other")
        monkeypatch.delenv("ELASTICSEARCH_API_KEY")
        with pytest.raises(
            ProjectError, match=r"\(401: missing auth.*Set ELASTICSEARCH_API_KEY, or"
        ):
            read(f"{address}/shop-*")
        monkeypatch.delenv("ELASTICSEARCH_CA")
        with pytest.raises(
            ProjectError, match=r"certificate.*Name its certificate authority's file"
        ):
            read(f"{address}/shop-*")


def test_name_and_password_open_it_too(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ELASTICSEARCH_API_KEY")
    monkeypatch.setenv("ELASTICSEARCH_USERNAME", "reader")
    monkeypatch.setenv("ELASTICSEARCH_PASSWORD", "secret")
    index.authorization = "Basic cmVhZGVyOnNlY3JldA=="
    with searching(index, tmp_path) as address:
        assert len(read(f"{address}/shop-*")) == 13
