"""Jobs that score files in a cluster: `make score`, its pods, and what may become of them."""

import csv
import subprocess
from pathlib import Path

import psutil

from tests.support.commands import clean_environment

from .control_plane.cluster import Cluster, path_of

ROWS = 60
FILES = 24
INDEX = "batch.kubernetes.io/job-completion-index"


def passengers(folder: Path) -> int:
    """Write files of rows that the model takes, and return how many rows they have."""
    row: dict[str, object] = {"Pclass": 1, "SibSp": 0, "Parch": 0, "Fare": 211.34}
    row |= {"Gender": "female", "Port": "Southampton", "Age": 29}
    for number in range(FILES):
        with (folder / f"{number:03}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, [*row])
            writer.writeheader()
            writer.writerows([row | {"Age": number}] * ROWS)
    return FILES * ROWS


def scoring(project: Path, *options: str, **environment: str) -> subprocess.Popen[str]:
    """Start `make score` for the files, in a group of its own as a terminal would."""
    asked = ("INPUT=/shared/in/*.csv", "OUTPUT=/shared/out", "CLUSTER=kubernetes")
    return subprocess.Popen(
        ["make", "score", *asked, *options],
        cwd=project,
        env=clean_environment(**environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def of_index(there: Cluster, index: int) -> list[str]:
    """Return the names of the running pods of an index."""
    return [
        name
        for name, pod in there.named("Pod").items()
        if pod["metadata"]["labels"].get(INDEX) == str(index)
        and pod["status"]["phase"] == "Running"
    ]


def works(there: Cluster, index: int) -> str:
    """Return the pod of an index once it works for index 0, empty before."""
    found = [pod for pod in of_index(there, index) if "established" in there.log(pod, "score")]
    return found[0] if found else ""


def kill(there: Cluster, pod: str) -> None:
    """Kill a pod's processes at once, as a node that is out of memory does."""
    address = there.get("Pod", pod)["status"]["podIP"]
    own = f"127.{address.partition('.')[2]}"
    found = [each for each in psutil.process_iter() if _is_of(each, own)]
    assert found
    for each in found:
        each.kill()


def _is_of(process: psutil.Process, address: str) -> bool:
    try:
        return process.environ().get("CLUSTER_ADDRESS") == address
    except psutil.Error:
        return False


def nothing_left(there: Cluster) -> bool:
    """Tell whether the release alone is there again."""
    kinds = ("Job", "Pod", "Service", "NetworkPolicy")
    return not any("-score-" in name for kind in kinds for name in there.named(kind))


def scored(folder: Path) -> int:
    """Return how many rows the files of OUTPUT have."""
    return sum(len(file.read_text().splitlines()) - 1 for file in folder.glob("*.csv"))


def cut_off(run_: subprocess.Popen[str], kubeconfig: Path) -> str:
    """Let a run lose its cluster until it says so, and return what it has said until then."""
    away = kubeconfig.rename(kubeconfig.with_suffix(".away"))
    for each in psutil.Process(run_.pid).children(recursive=True):
        if each.name() == "kubectl":
            each.kill()
    said = ""
    assert run_.stdout is not None
    for line in run_.stdout:
        said += line
        if "The job goes on; the cluster is asked again." in line:
            break
    else:
        raise AssertionError(said)
    away.rename(kubeconfig)
    return said


def evict(there: Cluster, pod: str) -> None:
    """Have a pod go as the drain of a node does."""
    metadata = {"name": pod, "namespace": there.namespace}
    given = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
    there.api.create(f"{path_of('Pod', there.namespace)}/{pod}/eviction", given)
