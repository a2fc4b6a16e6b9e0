"""Kubernetes' own programs, built once from their Go module; etcd is the system's.

The module names its parts by v0.0.0 and folders of its repository; released, each part is a module
of its own.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.delivery.go_modules import copied
from tests.delivery.pipeline_tools import installed

VERSION = "1.37.2"
NAMES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")
PARTS = "v0." + VERSION.partition(".")[2]


def programs() -> Path:
    """Return the folder of the programs; skip the test where they can't be had."""
    if not etcd():
        if os.environ.get("CI"):
            pytest.fail("etcd is not installed; .ci/run should have done that")
        pytest.skip("a control plane needs etcd, which is not here (on Debian, etcd-server)")
    return installed(f"kubernetes-{VERSION}", _build)


def etcd() -> str | None:
    """Return etcd's path, if it is here."""
    return shutil.which("etcd")


def _build(folder: Path) -> None:
    source = copied(f"k8s.io/kubernetes@v{VERSION}", folder)
    (source / "go.mod").write_text(_released((source / "go.mod").read_text("utf-8")), "utf-8")
    for name in ("vendor", "staging"):
        shutil.rmtree(source / name, ignore_errors=True)
    for file in source.glob("go.work*"):
        file.unlink()
    print(f"building Kubernetes {VERSION}: some 20 minutes on two cores, once", flush=True)
    _, minor, _ = VERSION.split(".")
    told = {"gitVersion": f"v{VERSION}", "gitMajor": "1", "gitMinor": minor}
    said = [f"-X k8s.io/component-base/version.{name}={value}" for name, value in told.items()]
    flags = f"-s -w {' '.join(said)}"
    subprocess.run(
        [
            "go",
            "build",
            "-trimpath",
            "-ldflags",
            flags,
            "-o",
            f"{folder}/",
            *(f"./cmd/{n}" for n in NAMES),
        ],
        cwd=source,
        env=os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GOWORK": "off"},
        check=True,
        capture_output=True,
        text=True,
    )
    shutil.rmtree(source)


def _released(mod: str) -> str:
    """Return go.mod with the parts by their releases."""
    numbered = re.sub(r"v0\.0\.0(?=\s)", PARTS, mod)
    return re.sub(r"^replace \(.*?^\)\n", "", numbered, flags=re.MULTILINE | re.DOTALL)
