"""The image, started and asked as it will run; `make image` comes first."""

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from ..api_key import key_headers
from ..bundle.metadata import Metadata
from ..bundle.read import read_bundle
from ..errors import ProjectError
from ..postman.collection import write_collection
from ..project import project
from ..settings import Settings
from ..testing.keys import temporary_key
from ..testing.service import PATIENCE
from .image import fetches, find_builder
from .image_name import reference
from .newman import COLLECTION, NEWMAN, POSTMAN, ask

USER = 10001
TOLERANCE = 1e-5
BAKED = {"SERVING__MODEL": "baked", "PATHS__BUNDLE": "model_bin", "LOG__FEATURES": "{}"}
"""The bundle in the image is tested, where a service would fetch another at its start, too; and
without the key that hashed features in its log need."""
SKLEARN = {"sklearn", "pandas"}
INSIDE = """
import importlib.util, json, os, pathlib
packages = ("sklearn", "pandas", "pip", "mlflow", "typer")
print(json.dumps({
    "user": [os.getuid(), os.getgid()],
    "packages": [name for name in packages if importlib.util.find_spec(name)],
    "writable": [str(path) for path in pathlib.Path("/app").rglob("*") if os.access(path, os.W_OK)],
}))
"""


@dataclass(frozen=True)
class Container:
    """A running container of the image."""

    tool: str
    name: str
    process: subprocess.Popen[bytes]

    def python(self, code: str) -> str:
        """Run Python inside and return what it prints."""
        words = ["run", self.name, "--"] if self.tool == "buildah" else ["exec", self.name]
        return _output(self.tool, *words, "python", "-c", code)

    def stop(self) -> int:
        """Send SIGTERM and return the service's exit code."""
        if self.tool == "buildah":
            os.kill(_service(self.process.pid), signal.SIGTERM)
        else:
            _output(self.tool, "kill", "--signal", "TERM", self.name)
        return self.process.wait(timeout=PATIENCE)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


def _service(process: int) -> int:
    """Return the innermost child: buildah passes no signal on."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(child) for thread in threads for child in thread.read_text().split()]
    return _service(children[0]) if children else process


def free_port() -> int:
    """Return a port of the host that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(
    tool: str, image: str, port: int, inner: int, variables: Mapping[str, str]
) -> Iterator[Container]:
    """Run an image with a read-only root and no capabilities, its service on a port of the host.

    buildah can neither; it runs the image as its user, on the host's network.

    Args:
        tool: docker, podman or buildah.
        image: The image's name and tag.
        port: The host's.
        inner: The one that the service listens on inside.
        variables: Settings that differ from the image's config.yaml.
    """
    if tool == "buildah":
        name = _output(tool, "from", "--pull-never", image).strip()
        described = json.loads(_output(tool, "inspect", "--type", "image", image))
        command = described["Docker"]["config"]["Cmd"]
        run = ["run", *_variables({**variables, "SERVING__PORT": str(port)}), name, "--", *command]
        clean = ["rm", name]
    else:
        name = f"image-test-{os.getpid()}"
        run = ["run", "--rm", "--pull", "never", "--name", name, *_variables(variables)]
        run += ["--publish", f"127.0.0.1:{port}:{inner}"]
        run += ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", image]
        clean = ["rm", "--force", name]
    process = subprocess.Popen([tool, *run])  # noqa: S603
    container = Container(tool, name, process)
    try:
        yield container
    finally:
        if process.poll() is None:
            container.stop()
        subprocess.run([tool, *clean], capture_output=True, check=False)  # noqa: S603


def _variables(settings: Mapping[str, str]) -> list[str]:
    given = [f"{project().prefix}{name}={value}" for name, value in settings.items()]
    return [word for variable in given for word in ("--env", variable)]


def ready(container: Container, url: str) -> None:
    """Wait until the service is ready.

    Raises:
        ProjectError: It ends, or takes too long.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and container.process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise ProjectError("The image does not become ready; above is what it says.")


def check_inside(container: Container, allowed: set[str]) -> None:
    """See that the process is not root, writes nowhere, and has no packages that it doesn't need.

    Raises:
        ProjectError: It is otherwise.
    """
    found = json.loads(container.python(INSIDE))
    if found["user"] != [USER, USER]:
        raise ProjectError(f"The image runs as {found['user']}, not as {USER}.")
    if found["writable"]:
        raise ProjectError(f"The service could write {found['writable'][:5]}.")
    if unneeded := set(found["packages"]) - allowed:
        raise ProjectError(f"The image holds {', '.join(sorted(unneeded))}, which nothing needs.")


def check_prediction(url: str, metadata: Metadata, key: str) -> None:
    """Ask what the bundle's self-test asks.

    Raises:
        ProjectError: The answer is another than at training.
    """
    asked, headers = metadata.self_test.request, key_headers(key)
    answer = httpx.post(f"{url}/api/predict", json=asked, headers=headers, timeout=30)
    got = list(answer.json().values()) if answer.is_success else []
    if not agree(got, metadata.self_test.outputs):
        raise ProjectError(f"/api/predict answers {answer.text}, not {metadata.self_test.outputs}.")


def agree(found: list[float], expected: list[float]) -> bool:
    """Tell whether numbers are the same, but for what machines may differ in."""
    return len(found) == len(expected) and all(
        math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        for one, other in zip(found, expected, strict=True)
    )


def check_image(settings: Settings) -> int:
    """Start the image of the bundle, ask it, and stop it.

    Returns:
        0, or what Newman ends with.

    Raises:
        ProjectError: The image does not run as it should.
    """
    bundle = read_bundle(settings.paths.bundle)
    metadata, port, inner = bundle.metadata, free_port(), settings.serving.port
    image, url = reference(settings, metadata), f"http://127.0.0.1:{port}"
    allowed = {"mlflow", *SKLEARN} if fetches(settings) else set()
    allowed |= SKLEARN if metadata.engine == "sklearn" else set()
    key, variables = temporary_key(settings)
    tool = find_builder(settings.image.tool).tool
    with started(tool, image, port, inner, BAKED | variables) as container:
        begin = time.monotonic()
        ready(container, url)
        sys.stdout.write(f"{image} is ready {time.monotonic() - begin:.2f} s after its start\n")
        check_inside(container, allowed)
        check_prediction(url, metadata, key)
        if NEWMAN.exists():
            results = POSTMAN / "results"
            results.mkdir(exist_ok=True)
            write_collection(bundle, settings, COLLECTION)
            if failed := ask(url, COLLECTION, results, key):
                return failed
        else:
            sys.stdout.write("Without npm, the Postman collection was not asked.\n")
        if ended := container.stop():
            raise ProjectError(f"On SIGTERM it ends with {ended}, not with 0.")
    sys.stdout.write(f"{image} runs as it should\n")
    return 0
