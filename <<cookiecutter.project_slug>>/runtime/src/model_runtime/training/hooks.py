"""The project's own use case, found and checked before anything is loaded."""

import inspect
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from ..bundle.missing import Lacking, Missing
from ..errors import Interrupted, ProjectError
from ..features import read_features
from ..hooks import BaseDataLoader
from ..place import place, shortened
from ..preprocessing import BasePreprocessor
from ..project import project
from .classes import class_label
from .use_case import UseCase


def own_use_case() -> UseCase:
    """Return the use case of `use_case/`.

    Raises:
        ProjectError: A file can't be imported, or a hook is missing or takes other arguments; the
            sentence names file and line.
    """
    features = read_features()
    data_loader, model = own_data_loader(), _module("model")
    preprocessor = _hook(_module("preprocessor"), "Preprocessor", "a subclass of BasePreprocessor")
    if not (isinstance(preprocessor, type) and issubclass(preprocessor, BasePreprocessor)):
        raise ProjectError(
            f"Preprocessor ({place(preprocessor)}) is no subclass of BasePreprocessor; write "
            "class Preprocessor(BasePreprocessor)."
        )
    _check_call("Preprocessor", preprocessor)
    _check_call("Preprocessor.split_X_y", preprocessor.split_X_y, "self, frame, features")
    _check_call("Preprocessor.encode_target", preprocessor.encode_target, "self, target")
    arguments = "X, y" if features.weight is None else "X, y, weight"
    train_model = _hook(model, "train_model", f"a function of {arguments}")
    why = f", since features.yaml has the weight {features.weight}" if features.weight else ""
    _check_call("train_model", train_model, arguments, why)
    get_classes = _hook(model, "get_classes", "a function of the model", own_classes)
    _check_call("get_classes", get_classes, "model")
    return UseCase(features, data_loader, preprocessor, train_model, get_classes)


def own_data_loader() -> Any:
    """Return the class `DataLoader` of `use_case/`.

    Raises:
        ProjectError: See `own_use_case`.
    """
    data_loader = _hook(_module("data_loader"), "DataLoader", "a subclass of BaseDataLoader")
    if not (isinstance(data_loader, type) and issubclass(data_loader, BaseDataLoader)):
        raise ProjectError(
            f"DataLoader ({place(data_loader)}) is no subclass of BaseDataLoader; write "
            "class DataLoader(BaseDataLoader)."
        )
    if data_loader.load_data is BaseDataLoader.load_data and (
        data_loader.load_partitions is BaseDataLoader.load_partitions
    ):
        raise ProjectError(f"DataLoader ({place(data_loader)}) has no method load_data; add it.")
    _check_call("DataLoader", data_loader)
    _check_call("DataLoader.load_data", data_loader.load_data, "self")
    _check_call("DataLoader.load_partitions", data_loader.load_partitions, "self")
    return data_loader


def _module(name: str) -> ModuleType:
    try:
        return import_module(f"{project().use_case}.{name}")
    except SyntaxError as error:
        where = f"{shortened(error.filename)}:{error.lineno}" if error.filename else f"{name}.py"
        raise ProjectError(f"{where} is not valid Python: {error.msg}.") from error
    except (ProjectError, Interrupted):
        raise
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if str(Path(frame.filename).parent) in _folders()]
        where = f"{shortened(own[-1].filename)}:{own[-1].lineno}" if own else f"use_case/{name}.py"
        raise _unimportable(name, where, error) from error


def _folders() -> list[str]:
    return [str(folder) for folder in import_module(project().use_case).__path__]


def _unimportable(name: str, where: str, error: BaseException) -> ProjectError:
    """Return why a file can't be imported, and the way out where it is known."""
    missing = Missing.of(error)
    if missing is None or missing.name == project().package:
        return ProjectError(f"{where} can't be imported: {type(error).__name__}: {error}")
    if name == "data_loader" and not missing.is_library:  # which the image does not need
        package = missing.name
        return ProjectError(f"{where} needs {package}: `uv add --group train {package}` adds it.")
    return Lacking(missing, where, "sklearn")


def own_classes(model: Any) -> list[str]:
    """Return the names of an estimator's classes, in its order: the default of `get_classes`."""
    return [class_label(name) for name in model.classes_]


def _hook(module: ModuleType, name: str, wanted: str, default: Any = None) -> Any:
    found = getattr(module, name, None)
    if callable(found):
        return found
    alike = [each for each in vars(module) if each.lower().strip("_") == name.lower()]
    if default and not alike and not hasattr(module, name):
        return default
    hint = f" (it has {alike[0]})" if alike else ""
    file = shortened(str(module.__file__))
    raise ProjectError(f"{file} has no {name}{hint}; define it: {wanted}.")


def _check_call(
    name: str, function: Callable[..., Any], arguments: str = "", why: str = ""
) -> None:
    """See that a hook takes the arguments that it is called with."""
    try:
        inspect.signature(function).bind(*filter(None, arguments.split(", ")))
    except TypeError as error:
        hint = ""
        if name == "train_model" and str(error).startswith("missing a required"):
            hint = " Give it a default, which training.parameters in config.yaml may replace."
        raise ProjectError(
            f"{name} ({place(function)}) takes other arguments than ({arguments}){why}: "
            f"{error}.{hint}"
        ) from error
    except ValueError:
        return  # made by a library that tells nothing of its arguments
