"""The two engines that answer for a bundle: compiled, or scikit-learn itself."""

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import ProjectError, Told
from ..tasks import TASKS, Outputs, TaskName
from . import texts
from .metadata import Metadata
from .missing import lacking
from .self_contained import check_self_contained
from .trusted import trusted

# ONNX Runtime reports its use to its maker unless it is told not to before it is loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

Columns = Mapping[str, npt.NDArray[Any]]
"""Each feature's values, shape (n, 1): finite float64, NaN for missing; or strings (object)."""


_INLINE_ROWS, _INLINE_TEXTS = 1_024, 1

_CELLS = 2**21
"""Largest number of texts' weights at once, 16 MiB: more rows are answered in blocks."""


MOST_CHARACTERS = 200
"""Of a reason that a model gives, which may hold all that it knows, or all that it was asked."""


class Unanswerable(Told, ValueError):
    """The model has no finite answer for the values it was asked about."""


class Engine(Protocol):
    """Runs a stored model."""

    inline_rows: int
    """The most rows that an event loop may wait for, if the model is fast; 0 for none."""

    def run(self, columns: Columns) -> Outputs:
        """Answer each row.

        Raises:
            Unanswerable: The model has no finite answer for some row.
        """
        ...


class OnnxEngine:
    """ONNX Runtime on one thread: a service scales by workers, not by threads."""

    def __init__(self, model: bytes) -> None:
        """Load a compiled model; its last output is what the service answers with."""
        check_self_contained(model)
        onnxruntime = _needed("onnxruntime", "onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Else ONNX Runtime guesses, and its own format is not searched for what is outside of it.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self._output = [self._session.get_outputs()[-1].name]
        properties = self._session.get_modelmeta().custom_metadata_map
        self._texts = texts.load(properties.get(texts.PROPERTY, "[]"))
        self._block = _CELLS // max(1, sum(len(each.terms) for each in self._texts)) or 1
        self.inline_rows = _INLINE_TEXTS if self._texts else _INLINE_ROWS
        weighed = {each.input for each in self._texts}
        self._inputs = {node.name for node in self._session.get_inputs()} - weighed

    def run(self, columns: Columns) -> Outputs:
        """See `Engine.run`. Columns that the graph does not use are left out."""
        return _finite(self.outputs(columns))

    def outputs(self, columns: Columns) -> Outputs:
        """Answer each row, whatever the others get; NaN where the model has no answer."""
        if not self._texts or (n := len(next(iter(columns.values())))) <= self._block:
            return self._answer(columns)
        starts = range(0, n, self._block)
        blocks = [
            {name: part[k : k + self._block] for name, part in columns.items()} for k in starts
        ]
        return np.concatenate([self._answer(block) for block in blocks])

    def _answer(self, columns: Columns) -> Outputs:
        feeds = {name: columns[name] for name in self._inputs}
        for each in self._texts:
            feeds[each.input] = each.weights(columns[each.feature].ravel())
        try:
            outputs = self._session.run(self._output, feeds)[0]
        except Exception as error:  # ONNX Runtime's own exceptions derive from nothing else
            raise Unanswerable("the compiled model refuses them") from error
        return np.asarray(outputs)


class SklearnEngine:
    """A fitted scikit-learn pipeline, fed with data frames as in training."""

    inline_rows = 0

    def __init__(self, pipeline: Any, task: TaskName) -> None:
        """Wrap a fitted pipeline."""
        self._frame = _needed("pandas", "sklearn").DataFrame
        self._predict = getattr(pipeline, TASKS[task].method)

    def run(self, columns: Columns) -> Outputs:
        """See `Engine.run`."""
        frame = self._frame({name: values.ravel() for name, values in columns.items()})
        try:
            answer = np.asarray(self._predict(frame))
        except ValueError as error:
            reason = str(error).partition("\n")[0][:MOST_CHARACTERS]
            raise Unanswerable(reason or "it says no more") from error
        return _finite(answer.reshape(len(frame), -1))


def load_engine(model: bytes, metadata: Metadata, trusted_types: tuple[str, ...]) -> Engine:
    """Bring a stored model to life.

    Raises:
        ProjectError: What the engine or the model needs is not installed, or is another version,
            or the model holds a type that is not trusted.
    """
    if metadata.engine == "onnx":
        return _load_onnx(model)
    sklearn = _needed("sklearn", "sklearn")
    trained_with = metadata.libraries["scikit-learn"]
    if sklearn.__version__ != trained_with:
        raise ProjectError(
            f"This bundle was trained with scikit-learn {trained_with} and here is "
            f"{sklearn.__version__}, which may predict differently: install {trained_with}, "
            "or train again (`make train`)."
        )
    try:
        return SklearnEngine(unpacked(model, trusted(trusted_types)), metadata.task)
    except ProjectError:
        raise
    except Exception as error:  # whatever skops stumbles over, or no method that answers
        raise ProjectError(
            f"This bundle's model.skops can't be loaded ({type(error).__name__}: {error}). "
            "Train again (`make train`) or put a whole bundle in its place."
        ) from error


def unpacked(model: bytes, allowed: frozenset[str]) -> Any:
    """Return the pipeline that skops has stored.

    Args:
        model: What it has stored.
        allowed: The types that it may hold.

    Raises:
        ProjectError: It holds another, or what it needs is not installed.
    """
    skops = _needed("skops.io", "sklearn")
    if strange := sorted(set(skops.get_untrusted_types(data=model)) - allowed):
        if unnamed := [each for each in strange if "<" in each]:
            raise ProjectError(
                f"This bundle's model holds {unnamed[0]}, which can't be found again by its name: "
                "write it as a function or class of its own at the top of a file, and train again "
                "(`make train`)."
            )
        raise ProjectError(
            f"This bundle's model holds {', '.join(strange)}, which is not trusted. If it is "
            "yours, add it to training.trusted_types in config.yaml; if not, do not serve it."
        )
    try:
        return skops.loads(model, trusted=sorted(allowed))
    except (ImportError, OSError) as error:
        raise lacking(error, "This bundle's model", "sklearn") from error


def _load_onnx(model: bytes) -> OnnxEngine:
    try:
        return OnnxEngine(model)
    except ProjectError:
        raise
    except Exception as error:  # as above
        reason = " ".join(str(error).split())
        raise ProjectError(
            f"ONNX Runtime can't load this bundle's model here ({reason}). Train again "
            "(`make train`) on a machine like this one, or with training.engine: sklearn in "
            "config.yaml."
        ) from error


def _needed(module: str, group: str) -> Any:
    try:
        return import_module(module)
    except (ImportError, OSError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name == module.partition(".")[0]:
            raise ProjectError(
                f"This bundle needs {error.name}, which is not installed here: "
                f"install the group '{group}' (`uv sync --group {group}`)."
            ) from error
        raise lacking(error, "This bundle", group) from error


def _finite(outputs: Any) -> Outputs:
    if not np.isfinite(outputs).all():
        raise Unanswerable("the model's answer is not a finite number")
    return np.asarray(outputs)
