"""Every title makes a project: the names that are proposed for it are valid."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.support.files import COMPLETE
from tools.examples import ROOT, bake

pytestmark = pytest.mark.slow  # each test makes several projects

sys.path.insert(0, str(ROOT / "hooks"))

names, rules = import_module("names"), import_module("rules")

WORDS = st.sampled_from(
    ["", "Churn", "Data", "Test", "Class", "3D", "東京", "É", "Numpy", "x" * 70]
)
TITLES = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text("aZé東9 :'&-", min_size=1, max_size=60),
    st.lists(WORDS, min_size=1, max_size=12).map(" ".join),
).filter(lambda title: not rules.problems({"project_name": title}))


@given(title=TITLES)
def test_any_accepted_title_makes_a_project_with_all_defaults(title: str) -> None:
    slug = names.project_slug(title)
    package = names.package_name(slug)
    answers = {"project_name": title, "project_slug": slug, "package_name": package}
    assert rules.problems(answers) == []


@given(title=st.one_of(st.text(), st.text("aé東9 -_'/\\\0\ud800", max_size=200)))
def test_any_title_at_all_has_names_by_default_that_are_valid(title: str) -> None:
    """One that is refused, too: then it alone is to be answered again."""
    slug = names.project_slug(title)
    assert rules.problems({"project_slug": slug, "package_name": names.package_name(slug)}) == []


@given(slug=st.from_regex(rules.PATTERNS["project_slug"][0], fullmatch=True))
def test_any_accepted_slug_makes_a_project_with_the_package_by_default(slug: str) -> None:
    assert rules.problems({"package_name": names.package_name(slug)}) == []


@pytest.mark.parametrize("taken", sorted(names.TAKEN | names.PYTHONS))
def test_a_title_that_is_the_name_of_something_makes_a_project(taken: str) -> None:
    slug = names.project_slug(taken.replace("_", " ").title())
    assert rules.problems({"project_slug": slug, "package_name": names.package_name(slug)}) == []


@pytest.mark.parametrize(
    ("title", "slug", "package"),
    [
        ("Titanic", "titanic", "titanic"),
        ("Bank Marketing", "bank-marketing", "bank_marketing"),
        (
            "Customer Lifetime Value Prediction",
            "customer-lifetime-value-prediction",
            "customer_lifetime_value",
        ),
        ("3D Print Failure", "model-3d-print-failure", "model_3d_print_failure"),
        ("東京 タクシー", "dong-jing-takusi", "dong_jing_takusi"),
        ("Numpy", "numpy-model", "numpy_model"),
        ("Class", "class", "class_model"),
        ("1", "model-1", "model_1"),
        ("𒀀𒀁", "model", "model"),
        ("x" * 60, "x" * 53, "x" * 30),
    ],
)
def test_names_are_made_of_the_titles_words(title: str, slug: str, package: str) -> None:
    assert (names.project_slug(title), names.package_name(slug)) == (slug, package)


@pytest.mark.parametrize(
    "name", ["click", "jinja2", "markupsafe", "python3", "pil", "google", "yaml"]
)
def test_the_name_of_what_the_environment_has_is_refused(name: str) -> None:
    for question in ("project_slug", "package_name"):
        (said,) = rules.problems({question: name})
        assert said.startswith(f"{question}: '{name}' is the name of a library")


@pytest.mark.parametrize("package", ["telnetlib", "compression", "list", "class", "json"])
def test_the_name_of_something_in_a_supported_python_is_refused(package: str) -> None:
    (said,) = rules.problems({"package_name": package})
    assert said.startswith(f"package_name: '{package}' is Python's own name")


@pytest.mark.parametrize(
    "name", ["reports", "model_bin", "registry", "build", "no", "null", "true"]
)
def test_a_name_is_a_text_in_every_file_and_no_file_is_ignored(tmp_path: Path, name: str) -> None:
    slug = name.replace("_", "-")
    project = bake({**COMPLETE, "project_slug": slug, "package_name": name}, tmp_path)
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=project, check=True)
    ignored = ["git", "ls-files", "--others", "--ignored", "--exclude-standard"]
    assert not subprocess.run(ignored, cwd=project, check=True, capture_output=True).stdout
    chart = yaml.safe_load((project / "deploy" / "helm" / slug / "Chart.yaml").read_text("utf-8"))
    config = yaml.safe_load((project / "config.yaml").read_text("utf-8"))
    found = [chart["name"], config["model"]["name"], config["image"]["repository"]]
    found += [config["deployment"]["release"]]
    compose = yaml.safe_load((project / "deploy" / "compose.yaml").read_text("utf-8"))
    monitoring = project / "deploy" / "monitoring"
    prometheus = yaml.safe_load((monitoring / "prometheus.yaml").read_text("utf-8"))
    found += [compose["name"], prometheus["scrape_configs"][0]["job_name"]]
    assert {slug} == {*found}
