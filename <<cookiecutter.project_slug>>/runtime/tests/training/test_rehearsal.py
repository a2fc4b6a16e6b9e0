"""A bundle is tried where it will serve, with what the image has and no more."""

import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from packaging.requirements import Requirement
from rich.console import Console
from skl2onnx.sklapi import CastTransformer
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from skops.io import dumps

from model_runtime.bundle.engines import load_engine
from model_runtime.bundle.missing import Missing, debian_package
from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.compiler.prove import columns_of
from model_runtime.delivery.image import arguments
from model_runtime.errors import ProjectError
from model_runtime.features import Feature
from model_runtime.settings import Settings
from model_runtime.training.linked import link_environment
from model_runtime.training.locked import locked_packages
from model_runtime.training.rehearsal import rehearse
from model_runtime.training.run import train
from model_runtime.training.system_libraries import lacking_in_image

from ..support.sample import PREFIX
from ..support.settings import settings_in
from ..support.small_cases import FreePreprocessor, Preprocessor, case, customers, forest

QUIET = Console(quiet=True)


def as_served(folder: Path, **training: Any) -> Settings:
    settings = settings_in(folder, as_served=True)
    changed = settings.training.model_copy(update=training)
    return settings.model_copy(update={"training": changed})


def rows_of(bundle: Bundle, n: int) -> dict[str, Any]:
    X = case().rows(customers(n)).X
    return {"rows": columns_of(X[[feature.name for feature in bundle.schema.features]])}


@pytest.fixture(scope="module", autouse=True)
def locked(sample: Path) -> Iterator[None]:
    """The sample's uv.lock, which the rehearsal's environment is made by; others have none."""
    if not shutil.which("uv"):
        pytest.skip("no uv: `make setup` brings it")
    subprocess.run(["uv", "lock", "--quiet"], cwd=sample, check=True)
    yield
    (sample / "uv.lock").unlink()


@pytest.mark.parametrize("group", ["onnx", "sklearn"])
def test_its_packages_are_those_that_uv_installs_for_the_group(group: str) -> None:
    command = ["uv", "export", "--locked", "--no-default-groups", "--no-emit-local"]
    command += ["--no-hashes", "--no-header", "--no-annotate"]
    said = subprocess.run([*command, "--group", group], check=True, capture_output=True, text=True)
    wanted = [Requirement(line) for line in said.stdout.splitlines()]
    here = {each.name for each in wanted if each.marker is None or each.marker.evaluate()}
    assert locked_packages([group]) == {*here, "model-runtime"}


def test_the_environment_has_the_groups_packages_and_no_others(tmp_path: Path) -> None:
    python = link_environment(tmp_path / "linked", locked_packages(["onnx"]))
    code = "import numpy, onnxruntime, fastapi, sys; print(numpy.__file__, sys.prefix)"
    found = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.count(str(tmp_path)) == 2
    for absent in ("sklearn", "pandas", "typer", "pytest"):
        done = subprocess.run([python, "-c", f"import {absent}"], capture_output=True, text=True)
        assert f"No module named '{absent}'" in done.stderr


def test_a_bundle_answers_there_as_it_does_here(
    shop: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = as_served(tmp_path)
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('from outside')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv(f"{PREFIX}SERVING__MAX_ROWS", "none of these")
    found = rehearse(shop, rows_of(shop, 300), settings)
    expected = shop.engine().run(rows_of(shop, 300)["rows"])
    np.testing.assert_array_equal(found.answers["rows"].outputs, expected)
    assert found.system_packages == ()


def test_training_proves_it_there_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    metadata = train(case(), as_served(tmp_path), QUIET)
    assert read_bundle(tmp_path / "model_bin").metadata == metadata
    assert not list(tmp_path.glob("rehearsal-*"))


def test_a_model_that_can_not_be_loaded_there_is_refused_with_the_reason(
    shop: Bundle, tmp_path: Path
) -> None:
    broken = Bundle(shop.schema, shop.metadata, shop.model[:100])
    with pytest.raises(ProjectError, match="Where the image serves it, the bundle is refused"):
        rehearse(broken, rows_of(shop, 10), as_served(tmp_path))


def test_a_model_that_answers_otherwise_there_is_told_what_there_is(
    shop: Bundle, tmp_path: Path
) -> None:
    told = shop.metadata.self_test.model_copy(update={"outputs": [0.25, 0.75]})
    other = Bundle(shop.schema, shop.metadata.model_copy(update={"self_test": told}), shop.model)
    with pytest.raises(ProjectError, match=r"There, nothing is but src/, .* keep on self") as said:
        rehearse(other, rows_of(shop, 10), as_served(tmp_path))
    assert "rain again" not in str(said.value)


def test_code_that_is_not_in_the_image_is_named(tmp_path: Path) -> None:
    trusted = ("tests.support.small_cases.FreePreprocessor",)
    use_case = case(forest, preprocessor=FreePreprocessor)
    with pytest.raises(ProjectError, match=r"the module tests, which the image doesn't have"):
        train(use_case, as_served(tmp_path, trusted_types=trusted), QUIET)
    assert not (tmp_path / "model_bin").exists()


class Casting(Preprocessor):
    """Needs a library that training has and the image doesn't."""

    def build_transformer(self, features: list[Feature]) -> Any:
        return ColumnTransformer([("cast", make_pipeline(CastTransformer()), ["age"])])


def test_a_package_of_another_group_is_named_with_the_group_to_add_it_to(tmp_path: Path) -> None:
    trusted = ("skl2onnx.sklapi.cast_transformer.CastTransformer", "numpy.float32")
    settings = as_served(tmp_path, trusted_types=trusted, engine="sklearn")
    with pytest.raises(ProjectError, match=r"needs skl2onnx, .*`uv add --group sklearn skl2onnx`"):
        train(case(forest, preprocessor=Casting), settings, QUIET)
    assert not (tmp_path / "model_bin").exists()


def test_an_untrusted_type_is_told_before_the_folds_and_takes_no_version(tmp_path: Path) -> None:
    fits = []

    def counting(X: Any, y: Any) -> Any:
        fits.append(len(X))
        return forest(X, y)

    class Recorder:
        def version(self, schema: Any) -> int:
            raise AssertionError("a version is used up")

        keep = refuse = version

    use_case = case(counting, preprocessor=FreePreprocessor)
    with pytest.raises(ProjectError, match=r"which is not trusted"):
        train(use_case, settings_in(tmp_path, folds=5), QUIET, Recorder())  # type: ignore[arg-type]
    assert len(fits) == 1


class Estimator(BaseEstimator):  # type: ignore[misc]
    """Of a library that is gone when the bundle is loaded."""


def test_the_service_names_the_package_of_a_model_that_it_can_not_load(
    shop: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Estimator, "__module__", "goneboost.sklearn")
    library = types.ModuleType("goneboost.sklearn")
    library.Estimator = Estimator  # type: ignore[attr-defined]
    with monkeypatch.context() as there:
        there.setitem(sys.modules, "goneboost", types.ModuleType("goneboost"))
        there.setitem(sys.modules, "goneboost.sklearn", library)
        model = dumps(Estimator())
    metadata = shop.metadata.model_copy(update={"engine": "sklearn"})
    with pytest.raises(ProjectError, match=r"needs goneboost, .*`uv add --group sklearn gonebo"):
        load_engine(model, metadata, ("goneboost.sklearn.Estimator",))


def test_a_system_library_is_named_with_debians_package() -> None:
    try:
        raise OSError("libgomp.so.1: cannot open shared object file: No such file or directory")
    except OSError as error:
        missing = Missing.of(error)
    assert missing is not None
    said = missing.sentence("The model", "sklearn")
    assert "apt-get install libgomp1" in said and "image.system_packages" in said
    assert debian_package("libGL.so.1") == "libgl1"
    assert debian_package("libfoo2.so.3.1") == "libfoo2-3"


def test_libraries_that_the_images_base_lacks_are_found_among_all() -> None:
    folder = "/usr/lib/x86_64-linux-gnu"
    of_the_base = ["libc.so.6", "libc-2.31.so", "libstdc++.so.6.0.30", "libz.so.1.2.13",
                   "libssl.so.3", "ld-linux-x86-64.so.2", "libnss_sss.so.2"]  # fmt: skip
    mapped = [f"{folder}/{name}" for name in of_the_base]
    mapped += [f"{sys.prefix}/lib/site-packages/x.libs/libgfortran-91cc3cb1.so.3.0.0"]
    assert lacking_in_image(mapped) == ()
    assert lacking_in_image([*mapped, f"{folder}/libgomp.so.1.0.0"]) == ("libgomp1",)


def test_the_image_gets_the_packages_that_the_bundle_needs(shop: Bundle, tmp_path: Path) -> None:
    metadata = shop.metadata.model_copy(update={"system_packages": ("libgomp1",)})
    settings = settings_in(tmp_path)

    def given(**image: Any) -> str | None:
        changed = settings.image.model_copy(update={"base": "", "system_packages": (), **image})
        return arguments(settings.model_copy(update={"image": changed}), metadata).get(
            "SYSTEM_PACKAGES"
        )

    assert given() == "libgomp1"
    assert given(system_packages=("libgl1", "libgomp1")) == "libgl1 libgomp1"
    assert given(base="registry.example.org/python:3.13") is None
