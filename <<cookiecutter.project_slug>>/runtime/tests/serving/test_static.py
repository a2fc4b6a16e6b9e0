"""Static files: asked for again, and sent where they have changed."""

import asyncio
import os
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from model_runtime.serving.static import ContentFiles
from model_runtime.testing.service import Service

LONG_AGO = (315_532_800, 315_532_800)
"""When all files of an image are from."""


def test_an_edit_of_equal_length_is_seen_where_all_files_have_one_time(tmp_path: Path) -> None:
    file = tmp_path / "page.css"
    known: list[str] = []
    for text in ("color: red", "color: tan"):
        file.write_text(text)
        os.utime(file, LONG_AGO)
        served = asked(tmp_path, known)
        assert (served.status_code, served.text) == (200, text)
        known.append(served.headers["etag"])
        assert asked(tmp_path, known).status_code == 304


def asked(folder: Path, known: list[str]) -> httpx.Response:
    """Ask for a folder's page as a browser does that has some already."""
    app = Starlette(routes=[Mount("/", ContentFiles(directory=folder))])

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get("/page.css", headers={"if-none-match": ", ".join(known)})

    return asyncio.run(get())


@pytest.mark.parametrize("path", ["/", "/client/theme.css", "/docs/assets/swagger-ui.css"])
def test_browsers_are_told_to_ask_again(service: Service, path: str) -> None:
    served = service.client.get(path)
    assert served.headers["cache-control"] == "no-cache"
    assert "last-modified" not in served.headers
    asked = {"if-none-match": served.headers["etag"]}
    assert service.client.get(path, headers=asked).status_code == 304


@pytest.mark.parametrize("path", ["/docs", "/api/docs", "/openapi.json", "/swagger.json"])
def test_nobody_keeps_the_description_of_another_bundle(service: Service, path: str) -> None:
    assert service.client.get(path).headers["cache-control"] == "no-cache"
