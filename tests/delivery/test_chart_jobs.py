"""The chart's jobs: retraining, scoring, and their workers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .charts import VALUES, Manifest, environment, named, one, template


def test_a_retraining_is_alone_and_ends(render: Callable[..., list[Manifest]]) -> None:
    job = one(render(VALUES["retrained"]), "CronJob")["spec"]
    # Where nothing else is said, by what `make image-ci` makes of the same commit.
    assert (job["schedule"], job["concurrencyPolicy"]) == ("0 3 * * 1", "Forbid")
    assert job["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 6 * 3600
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    (container,), (copy_data,) = pod["containers"], pod["initContainers"]
    assert [*container["command"], *container["args"]] == ["make", "retrain", "KEEP_DATA=1"]
    assert container["image"] == copy_data["image"] == "titanic-ci:0123456789ab"
    mounts = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
    assert mounts["/app/data"] == copy_data["volumeMounts"][0]["name"]
    places = {v for k, v in environment(container).items() if k.startswith("TITANIC_PATHS__")}
    assert {str(Path(place).parent) for place in places} == {"/retrain"} <= {*mounts}


def test_a_job_has_workers_only_where_they_are_asked_for(
    titanic: Path, tmp_path: Path, render: Callable[..., list[Manifest]]
) -> None:
    alone = template(titanic, tmp_path, VALUES["retrained"])
    assert [word for word in ("CLUSTER", "Indexed", "clusterIP") if word in alone] == []
    manifests = render(VALUES["workers"], "a" * 53)
    job = one(manifests, "CronJob")
    spec = job["spec"]["jobTemplate"]["spec"]
    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == (
        "Indexed",
        1000,
        1000,
    )
    assert "backoffLimit" not in spec
    # A pod is called by it, the minute that is scheduled, and its index.
    assert len(f"{job['metadata']['name']}-29000000-999") == 63
    pod = spec["template"]
    service = named(manifests, "Service")[pod["spec"]["subdomain"]]["spec"]
    assert service["selector"].items() <= pod["metadata"]["labels"].items()
    assert service["publishNotReadyAddresses"]
    variables = environment(pod["spec"]["containers"][0])
    assert (variables["CLUSTER_WORKERS"], variables["CLUSTER_THREADS"]) == ("999", "2")
    assert variables["CLUSTER_SCHEDULER"] == (
        f"tls://$(CLUSTER_JOB)-0.{pod['spec']['subdomain']}:8786"
    )


@pytest.mark.parametrize(
    ("name", "brought"),
    [
        ("scored", ("titanic:7-0123456789ab", "cp")),
        ("scored-by-fetched", ("registry.example.org/ci:1", "python")),
    ],
)
def test_scoring_has_the_model_that_the_release_serves(
    render: Callable[..., list[Manifest]], name: str, brought: tuple[str, str]
) -> None:
    manifests = render(VALUES[name])
    pod = one(manifests, "Job")["spec"]["template"]["spec"]
    (bring,), (container,) = pod["initContainers"], pod["containers"]
    assert (bring["image"], bring["command"][0]) == brought
    variables = environment(container)
    assert variables["TITANIC_PATHS__BUNDLE"] == "/models/model_bin"
    # Kubernetes reads $$ as a dollar; a name after one would be replaced.
    assert (variables["INPUT"], variables["OUTPUT"]) == (
        "s3://bucket/day=*/*.csv",
        "abfs://out/$$(HOME)",
    )
