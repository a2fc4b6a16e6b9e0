"""Size of each engine's serving environment, and its time from process start to an answer.

Each environment is made anew from uv.lock, with what serving that engine needs and no more.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

from model_runtime.bundle.read import read_bundle
from model_runtime.project import project
from rich.console import Console
from rich.table import Table

from .reference import trained

ROOT = Path.cwd()
STARTS = 5


def main() -> None:
    """Make both environments, measure them and print them with their ratios."""
    table = Table(title="Serving environments")
    for heading in ("engine", "size MB", "start to first prediction s (median of 5)"):
        table.add_column(heading, justify="right" if heading != "engine" else "left")
    found = {}
    with trained("auto") as compiled, trained("sklearn") as plain:
        for bundle in (compiled, plain):
            engine = read_bundle(bundle).metadata.engine
            if engine not in found:
                found[engine] = _measure(engine, bundle)
    for engine, (size, seconds) in found.items():
        table.add_row(engine, f"{size / 1e6:.0f}", f"{seconds:.2f}")
    console = Console()
    console.print(table)
    if len(found) == 2:
        (size, seconds), (other_size, other_seconds) = found["onnx"], found["sklearn"]
        ratios = f"size {size / other_size:.2f}, start {seconds / other_seconds:.2f}"
        console.print(f"onnx / sklearn: {ratios}")


def _measure(engine: str, bundle: Path) -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "env"
        serving_environment(engine, environment)
        _start(environment, bundle)  # compiles Python's bytecode
        seconds = [_start(environment, bundle) for _ in range(STARTS)]
        return _size(environment), median(seconds)


def serving_environment(engine: str, folder: Path) -> None:
    """Install what serving a bundle of an engine needs, from uv.lock."""
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    options = ["--locked", "--no-default-groups", "--group", engine, "--no-editable", "--quiet"]
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(folder)}
    subprocess.run([uv, "sync", *options], cwd=ROOT, env=environment, check=True)


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file())


def _start(environment: Path, bundle: Path) -> float:
    """Return the seconds from process start to the first answered prediction."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    example = json.dumps(read_bundle(bundle).schema.example).encode()
    settings = {"PATHS__BUNDLE": str(bundle), "SERVING__PORT": str(port)}
    begin = time.perf_counter()
    process = subprocess.Popen(
        [environment / "bin" / "python", "-m", "model_runtime.serving"],
        cwd=ROOT,
        env=os.environ | {f"{project().prefix}{name}": value for name, value in settings.items()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answered(port, example):
            if process.poll() is not None or time.perf_counter() - begin > 120:
                raise RuntimeError(f"the service in {environment} does not answer")
            time.sleep(0.01)
        return time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait()


def _answered(port: int, body: bytes) -> bool:
    address = f"http://127.0.0.1:{port}/api/predict"
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    main()
