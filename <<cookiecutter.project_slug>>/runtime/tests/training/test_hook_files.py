"""The use case's files: one that does not fit is named before anything is loaded."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import shop.use_case
from model_runtime.errors import ProjectError
from model_runtime.training.fit import fit
from model_runtime.training.hooks import own_use_case


@pytest.fixture
def use_case_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the project's use case that is imported in its place."""
    package = shop.use_case
    for file in Path(str(package.__file__)).parent.glob("*.py"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(package, "__path__", [str(tmp_path)])
    prefix = f"{package.__name__}."
    before = {name: module for name, module in sys.modules.items() if name.startswith(prefix)}
    for name in before:
        monkeypatch.delitem(sys.modules, name)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith(prefix)]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("file", "change", "sentence"),
    [
        (
            "model.py",
            ("def train_model(", "def train_model((("),
            r"model\.py:\d+ is not valid Python",
        ),
        (
            "model.py",
            ("def train_model(", "def Train_Model("),
            r"has no train_model \(it has Train_M",
        ),
        (
            "model.py",
            ("def get_classes(", "def Get_Classes("),
            r"has no get_classes \(it has Get_Cl",
        ),
        ("model.py", ("(X: Any, y: Any, weight: Any = None)", "(X: Any)"), "takes other arguments"),
        ("model.py", ("weight: Any = None", "weight: Any = None, *, C: Any"), "Give it a default"),
        (
            "model.py",
            ('"""\n', '"""\nimport nowhere\n'),
            r"model\.py:\d+ needs nowhere, and the group",
        ),
        (
            "model.py",
            ('"""\n', '"""\n1 / 0\n'),
            r"model\.py:\d+ can't be imported: ZeroDivisionError",
        ),
        (
            "data_loader.py",
            ("class DataLoader(", "class Loader("),
            r"data_loader\.py has no DataLoader",
        ),
        ("data_loader.py", ("def load_data(", "def load("), "has no method load_data"),
        ("data_loader.py", ("(BaseDataLoader)", ""), "is no subclass of BaseDataLoader"),
        ("preprocessor.py", ("(BasePreprocessor)", ""), "is no subclass of BasePreprocessor"),
        (
            "model.py",
            ('"""\n', '"""\nraise SystemExit(3)\n'),
            r"model\.py:\d+ can't be imported: Sys",
        ),
        (
            "model.py",
            ("def get_classes(model", "def get_classes(one, model"),
            "get_classes .* takes oth",
        ),
    ],
)
def test_a_file_of_the_use_case_that_does_not_fit_is_named_before_anything_is_loaded(
    use_case_folder: Path, file: str, change: tuple[str, str], sentence: str
) -> None:
    path = use_case_folder / file
    text = path.read_text("utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change, 1), "utf-8")
    with pytest.raises(ProjectError, match=sentence):
        own_use_case()


def test_without_get_classes_the_estimators_own_classes_have_the_names(
    use_case_folder: Path,
) -> None:
    path = use_case_folder / "model.py"
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("def get_classes(")], "utf-8")
    use_case = own_use_case()
    frame = use_case.load()
    rows = use_case.rows(frame)
    model = fit(use_case, rows, 0)[-1]
    assert use_case.classes(model, use_case.names(frame, rows.y)) == ["no", "yes"]
