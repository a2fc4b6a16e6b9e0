"""The image's list of parts, as CycloneDX 1.6: its file system's, with uv.lock's hashes."""

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from packaging.tags import parse_tag
from packaging.utils import parse_wheel_filename

from ..bundle.metadata import Metadata
from ..errors import ProjectError
from . import installed
from .inside import run_inside

Json = dict[str, Any]
Lock = dict[tuple[str, str], Json]
_IMAGE = "image"


def read_installed(tool: str, image: str) -> Json:
    """Return what an image has installed, as `installed.py` finds it in there.

    Raises:
        ProjectError: There is no such image, or it has no Python.
    """
    script = Path(installed.__file__).read_text("utf-8")
    found: Json = json.loads(run_inside(tool, image, ["python", "-"], script))
    return found


def write_sbom(found: Json, image: str, metadata: Metadata, file: Path) -> None:
    """Write the parts of an image.

    Args:
        found: What it has installed.
        image: Its name and tag.
        metadata: The bundle's.
        file: Where to.
    """
    locked = _locked()
    parts = [*_system(found), *_debian(found), *_packages(found, locked), _model(metadata)]
    content = json.dumps(parts)
    name, _, tag = image.rpartition(":")
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, image + content)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "container", "bom-ref": _IMAGE, "name": name, "version": tag},
        },
        "components": parts,
        "dependencies": _dependencies(found, locked, parts),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=1), "utf-8")


def _system(found: Json) -> Iterator[Json]:
    system = found["system"]
    named = {"name": system["ID"], "version": system.get("VERSION_ID", "")}
    yield {"type": "operating-system", "bom-ref": "system", **named}
    purl = f"pkg:generic/python@{found['python']}"
    named = {"name": "python", "version": found["python"]}
    yield {"type": "platform", "bom-ref": purl, **named, "purl": purl}


def _debian(found: Json) -> Iterator[Json]:
    system = found["system"]
    distribution = f"{system['ID']}-{system.get('VERSION_ID', '')}"
    for each in found["debian"]:
        kind = f"?arch={each['architecture']}&distro={distribution}&upstream={each['source']}"
        version = quote(each["version"], safe="")
        purl = f"pkg:deb/{system['ID']}/{quote(each['name'], safe='')}@{version}{kind}"
        yield _library(each, purl)


def _packages(found: Json, locked: Lock) -> Iterator[Json]:
    seen: dict[str, Json] = {}
    for each in found["packages"]:
        purl = _purl(each)
        part = seen.setdefault(purl, _library(each, purl))
        at = part.setdefault("evidence", {"occurrences": []})["occurrences"]
        at.append({"location": each["folder"]})
        if wheel := _wheel(each, locked):
            digest = wheel["hash"].removeprefix("sha256:")
            source = {"type": "distribution", "url": wheel["url"]}
            source["hashes"] = [{"alg": "SHA-256", "content": digest}]
            part["externalReferences"] = [source]
    yield from seen.values()


def _purl(package: Json) -> str:
    # A local one is none of the index', which may have another by its name.
    kind = "generic" if package["local"] else "pypi"
    return f"pkg:{kind}/{package['name']}@{quote(package['version'], safe='')}"


def _wheel(package: Json, locked: Lock) -> Json | None:
    """Return uv.lock's entry of the wheel that was installed, by its tags."""
    tags = frozenset(tag for each in package["tags"] for tag in parse_tag(each))
    wheels = locked.get((package["name"], package["version"]), {}).get("wheels", [])
    for wheel in wheels:
        file = wheel.get("url", "").rpartition("/")[2]
        if file and parse_wheel_filename(file)[3] == tags:
            return dict(wheel)
    return None


def _library(package: Json, purl: str) -> Json:
    part: Json = {"type": "library", "bom-ref": purl, "name": package["name"]}
    part |= {"version": package["version"], "purl": purl}
    names: list[str] = package["licenses"]
    if names and names[0].startswith("SPDX: "):
        part["licenses"] = [{"expression": names[0].removeprefix("SPDX: ")}]
    elif names:
        part["licenses"] = [{"license": {"name": name}} for name in names]
    return part


def _model(metadata: Metadata) -> Json:
    version = str(metadata.version)
    kind = {"type": "machine-learning-model", "bom-ref": f"model:{metadata.name}@{version}"}
    return {**kind, "name": metadata.name, "version": version}


def _dependencies(found: Json, locked: Lock, parts: list[Json]) -> list[Json]:
    """Return who needs whom of the Python packages; the image itself needs all that nobody does."""
    by_name = {each["name"]: _purl(each) for each in found["packages"]}
    edges: dict[str, set[str]] = {}
    for each in found["packages"]:
        entry = locked.get((each["name"], each["version"]), {})
        needed = [*entry.get("dependencies", [])]
        for more in entry.get("optional-dependencies", {}).values():
            needed += more
        edges[_purl(each)] = {by_name[one["name"]] for one in needed if one["name"] in by_name}
    wanted = set().union(*edges.values())
    top = {part["bom-ref"] for part in parts} - wanted
    return [
        {"ref": ref, "dependsOn": sorted(needed - {ref})}
        for ref, needed in [(_IMAGE, top), *sorted(edges.items())]
    ]


def _locked() -> Lock:
    file = Path("uv.lock")
    if not file.is_file():
        raise ProjectError(
            "There is no uv.lock here, by which the image is installed: `make setup`."
        )
    found = tomllib.loads(file.read_text("utf-8"))["package"]
    return {(each["name"], each.get("version", "")): each for each in found}
