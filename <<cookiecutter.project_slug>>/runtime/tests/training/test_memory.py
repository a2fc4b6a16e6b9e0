"""Memory: what is free, what prepared rows would need, and the refusal before it is too late."""

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler

from model_runtime.errors import ProjectError
from model_runtime.free_memory import free_memory
from model_runtime.memory import COPIES, check_memory

PACKAGE = check_memory.__module__.split(".")[0]
GIB = 2**30
DENSE = OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def machine(root: Path, **files: str) -> Path:
    """Write files as Linux shows them; two underscores stand for a slash."""
    for name, text in {"proc__meminfo": f"MemAvailable: {8 * GIB // 1024} kB", **files}.items():
        file = root / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def group(root: Path, folder: str, **files: str) -> None:
    (root / folder).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (root / folder / name.replace("__", ".")).write_text(text)


def test_a_machine_without_limits_has_what_it_says(tmp_path: Path) -> None:
    assert free_memory(machine(tmp_path)) == 8 * GIB


def test_the_least_of_all_control_groups_above_counts(tmp_path: Path) -> None:
    machine(tmp_path, proc__self__cgroup="0::/kubepods/pod/container\n")
    top = "sys/fs/cgroup/kubepods"
    group(tmp_path, top, memory__max="max", memory__current="1")
    group(tmp_path, f"{top}/pod", memory__max=f"{3 * GIB}", memory__current=f"{2 * GIB}")
    group(tmp_path, f"{top}/pod", memory__stat=f"anon {GIB}\ninactive_file {GIB}\n")
    group(tmp_path, f"{top}/pod/container", memory__max=f"{4 * GIB}", memory__current=f"{GIB}")
    # Of the pod's 3 GiB 2 are used, but 1 of them is only a cache of files.
    assert free_memory(tmp_path) == 2 * GIB


def test_a_container_sees_its_own_limit_at_the_top(tmp_path: Path) -> None:
    machine(tmp_path, proc__self__cgroup="0::/../../elsewhere\n")
    group(tmp_path, "sys/fs/cgroup", memory__max=f"{GIB}", memory__current="0")
    assert free_memory(tmp_path) == GIB


def test_control_groups_of_version_1_count(tmp_path: Path) -> None:
    machine(tmp_path, proc__self__cgroup="5:cpu,memory:/job\n4:pids:/job\n")
    names = {"memory__limit_in_bytes": f"{2 * GIB}", "memory__usage_in_bytes": f"{GIB}"}
    group(tmp_path, "sys/fs/cgroup/memory/job", **names)
    assert free_memory(tmp_path) == GIB


def streets(n: int = 20_000, labels: int = 5_000) -> pd.DataFrame:
    random = np.random.default_rng(0)
    every = np.array([f"street {k}" for k in range(labels)], dtype=object)
    few = np.array(["S", "M", "L"], dtype=object)
    return pd.DataFrame(
        {
            "age": random.normal(size=n),
            "street": every[random.integers(0, labels, n)],
            "size": few[random.integers(0, 3, n)],
        }
    )


@pytest.mark.parametrize("share", [0.99, 1.01])
def test_the_estimate_for_one_hot_labels_is_exact(share: float) -> None:
    X = streets()
    transformer = ColumnTransformer([("n", StandardScaler(), ["age"]), ("l", DENSE, [1, 2])])
    columns = 1 + X["street"].nunique() + 3
    free = len(X) * columns * 8 * COPIES * share
    if share > 1:
        check_memory(transformer, X, None, (), free)
        return
    with pytest.raises(ProjectError, match=rf"by {columns:,} columns.*of 'street' \(4,8"):
        check_memory(transformer, X, None, (), free)


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(ProjectError) as refusal:
        check_memory(ColumnTransformer([("l", DENSE, ["street"])]), streets(), None, (), GIB)
    for way_out in ("one_hot_labels", "build_transformer", "features.yaml", "load_data"):
        assert way_out in str(refusal.value)


def test_products_of_columns_are_counted() -> None:
    X = pd.DataFrame(np.zeros((10_000, 200)), columns=[f"n{k}" for k in range(200)])
    with pytest.raises(ProjectError, match="10,000 rows by 20,301 columns"):
        check_memory(PolynomialFeatures(), X, None, (), GIB // 2)


def test_a_vectorizer_makes_no_more_columns_than_it_may() -> None:
    random = np.random.default_rng(0)
    texts = [" ".join(f"word{k}" for k in row) for row in random.integers(0, 9_000, (2_000, 30))]
    X = pd.DataFrame({"letter": np.array(texts, dtype=object)})
    free = 2_000 * 500 * 8 * COPIES * 1.01
    refusal = pytest.raises(ProjectError, match="'letter'")
    for most, outcome in ((500, nullcontext()), (None, refusal)):
        words = TfidfVectorizer(max_features=most)
        transformer = ColumnTransformer([("t", words, "letter")], sparse_threshold=0)
        with outcome:
            check_memory(transformer, X, None, ["letter"], free)


def test_sparse_rows_are_let_through() -> None:
    sparse = ColumnTransformer([("l", OneHotEncoder(), ["street"])], sparse_threshold=1)
    check_memory(sparse, streets(), None, (), GIB)


def test_what_can_not_be_tried_on_a_few_rows_is_let_through() -> None:
    X = pd.DataFrame(np.zeros((10_000, 2_000)))
    check_memory(make_pipeline(PCA(1_500), StandardScaler()), X, None, (), 10 * len(X))


LIMITED = f"""
import resource
from tests.training.test_memory import DENSE, streets
from {PACKAGE}.memory import check_memory
from sklearn.compose import ColumnTransformer
X = streets()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, resource.RLIM_INFINITY))
check_memory(ColumnTransformer([("l", DENSE, ["street"])]), X, None, ())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits are read from /proc")
def test_a_process_with_a_limit_of_its_own_is_refused_within_it() -> None:
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], cwd=root, capture_output=True, text=True, check=False
    )
    assert "ProjectError: The prepared rows would need about 1.8 GiB" in done.stderr, done.stderr
