"""`make features`: from a table to a trained model, and what it doesn't replace."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from model_runtime.drafting.draft import draft_features
from model_runtime.drafting.loader import is_drafted, loader_text
from model_runtime.drafting.run import Asked, draft
from model_runtime.errors import ProjectError
from model_runtime.features import read_features
from model_runtime.project import project
from model_runtime.tables.form import AskedForm, CsvForm
from model_runtime.training.hooks import own_use_case
from model_runtime.training.run import train

from ..support.sample import USE_CASE
from ..support.settings import settings_in

_packages = iter(range(1000))


@pytest.fixture
def folder(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project whose use case has a model and a Preprocessor, and neither data nor features."""
    package = f"drafted_{next(_packages)}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    own = tmp_path / "src" / package / "use_case"
    own.mkdir(parents=True)
    (own.parent / "__init__.py").touch()
    for name in ("__init__.py", "model.py", "preprocessor.py"):
        (own / name).write_bytes((USE_CASE / name).read_bytes())
    (tmp_path / "config.yaml").touch()
    named = f'[tool.model-runtime]\npackage = "{package}"\n'
    (tmp_path / "pyproject.toml").write_text(named, "utf-8")
    project.cache_clear()
    yield own
    project.cache_clear()
    monkeypatch.undo()
    project()


def passengers(n: int = 400) -> pd.DataFrame:
    """Made-up passengers, as the Titanic's table has them."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "passenger": range(1, n + 1),
            "pclass": random.integers(1, 4, n),
            "survived": 0,
            "sex": random.choice(["male", "female"], n),
            "age": random.integers(1, 80, n) + 0.5,
            "fare": random.lognormal(3, 1, n).round(2),
            "embarked": random.choice(["C", "Q", "S"], n),
            "ship": "Titanic",
            "born": pd.date_range("1850-01-01", periods=n).strftime("%Y-%m-%d"),
            "seen": pd.date_range("1912-04-01", periods=n).strftime("%d.%m.%Y"),
        }
    )
    frame["survived"] = ((frame["sex"] == "female") ^ (random.random(n) < 0.2)).astype(int)
    frame.loc[random.random(n) < 0.2, "age"] = np.nan
    frame.loc[0, "embarked"] = None
    return frame


def said(**asked: object) -> str:
    return "\n".join(draft(Asked(**{"source": "table.csv", **asked})))  # type: ignore[arg-type]


def test_a_table_becomes_a_model(folder: Path, tmp_path: Path) -> None:
    passengers().to_csv("table.csv", index=False)
    told = said(target="survived")
    assert "left out   'passenger': another number in every row" in told
    assert "left out   'ship': it is Titanic in every row" in told
    assert "left out   'seen': dates in another form" in told
    features = read_features()
    assert (features.target, features.task, features.id) == (
        "survived",
        "classification",
        "passenger",
    )
    found = {each.name: each for each in features.features}
    assert {name: each.type for name, each in found.items()} == {
        "pclass": "integer",
        "sex": "category",
        "age": "number",
        "fare": "number",
        "embarked": "category",
        "born": "date",
    }
    assert (found["pclass"].min, found["pclass"].max) == (1, 3)
    assert (found["age"].min, found["age"].max, found["age"].optional) == (0, 90, True)
    assert found["embarked"].labels == ["C", "Q", "S"]
    metadata = train(own_use_case(), settings_in(tmp_path), Console(quiet=True))
    assert metadata.metrics["accuracy"] > 0.7


def test_a_european_table_becomes_a_model(folder: Path, tmp_path: Path) -> None:
    n, random = 300, np.random.default_rng(0)
    lines = ["Straße;PLZ;Größe;Preis;Käufer"]
    for k in range(n):
        size = random.integers(20, 200) / 2
        buys = "nein" if size < 50 else "ja"
        street = random.choice(["Mühlweg", "Ölgasse", "Allee"])
        lines.append(f"{street};0{k % 7}123;{size!s};{k * 1.5!s};{buys}".replace(".", ","))
    Path("table.csv").write_bytes("\r\n".join(lines).encode("latin-1"))
    told = said()
    assert "the last column, for none was named" in told
    assert "form       cp1252, semicolons between fields" in told
    found = {each.name: each for each in read_features().features}
    assert found["PLZ"].labels == [f"0{k}123" for k in range(7)]
    assert found["Größe"].type == "number"
    assert 'separator=";"' in (folder / "data_loader.py").read_text("utf-8")
    metadata = train(own_use_case(), settings_in(tmp_path), Console(quiet=True))
    assert metadata.metrics["accuracy"] > 0.9


def test_a_number_is_a_regression_and_the_rest_of_the_project_is_told(folder: Path) -> None:
    passengers().to_csv("table.csv", index=False)
    told = said(target="fare")
    assert "fare: regression, for it looks like a number" in told
    assert "config.yaml: registry.metric: r2 (it is accuracy)" in told
    assert read_features().task == "regression"
    (folder / "features.yaml").unlink()
    assert "pclass: regression, for asked for" not in said(target="pclass")
    (folder / "features.yaml").unlink()
    assert "pclass: regression" in said(target="pclass", task="regression")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"source": ""}, "FROM=data/table.csv"),
        ({"source": "no.csv"}, "no.csv is not there"),
        ({"source": "config.yaml"}, "tables are read that end with .csv"),
        ({"target": "Survived"}, "no such column; is it 'survived'"),
        ({"target": "nothing"}, "it has 'passenger', 'pclass'"),
        ({"target": "ship"}, "'ship' is Titanic in every row"),
        ({"target": "age", "task": "classification"}, "has numbers with decimals"),
        ({"target": "sex", "task": "regression"}, "'sex' is no number"),
        ({"task": "ranking", "target": "sex"}, "say classification or regression"),
        ({"form": AskedForm("utf-9")}, "no encoding that Python knows"),
        ({"form": AskedForm("ascii"), "source": "é.csv"}, "é.csv is not ascii"),
    ],
)
def test_a_refusal_says_what_to_do_and_changes_nothing(
    folder: Path, asked: dict[str, str], sentence: str
) -> None:
    passengers().to_csv("table.csv", index=False)
    Path("é.csv").write_text("a,b\né,1\n", "utf-8")
    with pytest.raises(ProjectError) as refusal:
        said(**asked)
    assert sentence in str(refusal.value)
    assert not (folder / "features.yaml").exists()
    assert not (folder / "data_loader.py").exists()


def test_work_that_git_has_not_is_not_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passengers().to_csv("table.csv", index=False)
    features = folder / "features.yaml"
    features.write_text("target: mine\n", "utf-8")
    kept = "Commit it first, or give it up with FORCE=1"
    with pytest.raises(ProjectError, match=rf"no git repository keeps it \(git init\)\. {kept}"):
        said(target="survived")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", str(features)], check=True)
    with pytest.raises(ProjectError, match=rf"it is in no commit\. {kept}"):
        said(target="survived")
    subprocess.run([*git, "commit", "--quiet", "--message=mine"], check=True)
    said(target="survived")
    assert read_features().target == "survived"
    with pytest.raises(ProjectError, match=rf"has changes that are not committed\. {kept}"):
        said(target="fare")
    with monkeypatch.context() as another:
        another.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        with pytest.raises(ProjectError, match=r"git refuses this folder, .*\(safe\.directory\)"):
            said(target="fare")
    with monkeypatch.context() as without:
        without.setenv("PATH", "")
        with pytest.raises(ProjectError, match=rf"there is no git here that keeps it\. {kept}"):
            said(target="fare")
    said(target="fare", force=True)
    assert read_features().target == "fare"


def test_an_own_loader_stays_and_is_told_the_line(folder: Path) -> None:
    passengers().to_csv("table.csv", sep=";", index=False)
    loader = folder / "data_loader.py"
    loader.write_text("# mine\n", "utf-8")
    assert 'return read_table("table.csv", n_rows, separator=";")' in said(target="sex")
    assert loader.read_text("utf-8") == "# mine\n"


@pytest.mark.parametrize(
    "name",
    [
        *("a.csv", 'a"\\ b.csv', f"{'long' * 20}.csv", "x.parquet", "train (1).csv", ').csv"('),
        *('a"(\\.csv', f"{'long' * 20} (2).parquet"),
    ],
)
def test_a_drafted_loader_is_known_again(name: str) -> None:
    text = loader_text(Path(name), CsvForm("cp1252", "\t", ","))
    compile(text, "data_loader.py", "exec")
    assert is_drafted(text)
    assert not is_drafted(text.replace("n_rows)", "n_rows).head(5)").replace("return", "x ="))
    assert not is_drafted(loader_text(Path("a.csv"), CsvForm()).replace("n_rows)", "rows(n_rows))"))


@pytest.mark.parametrize(
    "numbers", [["1.234,50", "7,5"], ["1,234.5", "1,234,567"], ["1 234", "12"], ["1'234.5", "-2"]]
)
def test_numbers_with_grouped_thousands_are_told(numbers: list[str]) -> None:
    frame = pd.DataFrame({"rent": numbers * 20, "place": ["a", "b"] * 20})
    for target in ("rent", "place"):
        with pytest.raises(ProjectError, match="numbers with grouped thousands, such as 1"):
            draft_features(frame, "t.csv", target)
