"""Work of others is named with its licence, here and in all that a project ships."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tools.examples import ROOT, UNTRACKED

RUNTIME = ROOT / "runtime"
NOTICE = (RUNTIME / "NOTICE.md").read_text("utf-8")
OURS = {"LICENSE", "licences", Path(__file__).name}
SIGN = re.compile(r"@licen[cs]e|SPDX-License|Copyright \(c\)|\(c\) \d{4}|^/\*!", re.MULTILINE)
MINIFIED = re.compile(r"[^\n]{1500}")
FONTS = {".eot", ".otf", ".ttf", ".wasm", ".woff", ".woff2"}
TEXT = re.compile(r"(?i)(licen[cs]e|copying|notice)")


def ours() -> Iterator[Path]:
    """Yield the repository's files, but for those that are licences themselves."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        left = any(fnmatch(part, pattern) for part in parts for pattern in UNTRACKED)
        if path.is_file() and not left and not OURS & {*parts}:
            yield path


def test_the_library_brings_the_templates_licence() -> None:
    assert (RUNTIME / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    installed = {file.name for file in distribution("model-runtime").files or []}
    assert {
        "LICENSE",
        "NOTICE.md",
        *(file.name for file in RUNTIME.glob("licences/*")),
    } <= installed


def test_what_looks_like_others_work_has_a_notice() -> None:
    found = []
    for path in ours():
        is_code = path.suffix in {".cjs", ".css", ".html", ".js", ".mjs"}
        if is_code or path.suffix in {".py", ".sh", ".yaml", ".yml", ".tpl", ".groovy"}:
            text = path.read_text("utf-8")
            copied = bool(SIGN.search(text)) or (is_code and bool(MINIFIED.search(text)))
        else:
            copied = path.suffix in FONTS
        if copied and path.name not in NOTICE:
            found.append(str(path))
    assert not found, "name them in runtime/NOTICE.md, with their licence"


def needed(name: str, extras: frozenset[str]) -> dict[str, Distribution]:
    """Return a package with all that it needs."""
    seen: dict[tuple[str, frozenset[str]], Distribution] = {}

    def walk(name: str, extras: frozenset[str]) -> None:
        if (name, extras) in seen:
            return
        seen[name, extras] = found = distribution(name)
        for line in found.requires or []:
            wanted = Requirement(line)
            asked = [{"extra": extra} for extra in (extras or {""})]
            if wanted.marker is None or any(map(wanted.marker.evaluate, asked)):
                walk(wanted.name, frozenset(wanted.extras))

    walk(name, extras)
    return {each.metadata["Name"]: each for each in seen.values()}


def test_what_a_service_ships_has_its_licence_with_it_or_a_notice() -> None:
    shipped = needed("model-runtime", frozenset({"onnx", "sklearn", "telemetry"}))
    assert len(shipped) > 40
    without = {
        name
        for name, package in shipped.items()
        if not any(TEXT.search(file.name) for file in package.files or [])
    }
    # The wheel has a licence of its own, and none of the page that it holds.
    assert set(re.findall(r"\| `([\w-]+)` \|", NOTICE)) == without | {"fastapi-swagger"}
