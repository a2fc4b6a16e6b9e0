"""The pipeline: data, retraining, gates, on the cluster; each step is the project's own command."""

from typing import Any

from ..learning.data import ASSET
from ..learning.snapshot import STEPS
from ..learning.train import CLUSTER
from ..settings import Azure

COMPONENT = "retrain"
_FOLDER = "uri_folder"


def pipeline(sent: str, named: str, azure: Azure, model: str, version: int | None) -> Any:
    """Return the pipeline as a job, whose component can be put behind an endpoint.

    Its input `data` may be left out: then the use case has to bring its own.

    Args:
        sent: The code's id.
        named: The environment.
        azure: The limits of each step.
        model: The model's name, the experiment's too.
        version: Of the data asset that the job learns from, if it is given one.
    """
    from azure.ai.ml import Input, dsl

    steps = _Steps(sent, named, azure)

    named_so: dict[str, Any] = {"name": COMPONENT, "display_name": f"retrain {model}"}

    @dsl.pipeline(**named_so)
    def retrain(data: Input(type=_FOLDER, optional=True)) -> None:  # type: ignore[valid-type]
        fetched = steps.data(data=data)
        trained = steps.train(data=fetched.outputs.data)
        steps.gates(data=fetched.outputs.data, bundle=trained.outputs.bundle)

    given = Input(type=_FOLDER, path=f"azureml:{ASSET}:{version}") if version else None
    job = retrain(data=given)
    job.experiment_name = model
    job.settings.default_compute = CLUSTER
    job.settings.force_rerun = True  # else last time's data and model would be taken again
    job.settings.continue_on_step_failure = False
    return job


class _Steps:
    """The components, made of the code and the environment.

    Attributes:
        data: From the given data, or none, to the data to learn from.
        train: From data to a bundle, which is registered.
        gates: From data and bundle to a champion, perhaps.
    """

    def __init__(self, sent: str, named: str, azure: Azure) -> None:
        self._sent, self._named, self._azure = sent, named, azure
        given = "$[[--data ${{inputs.data}}]]"
        self.data = self._step("data", given, {"data": True}, "data")
        required = "--data ${{inputs.data}}"
        self.train = self._step("train", required, {"data": False}, "bundle")
        inputs = {"data": False, "bundle": False}
        self.gates = self._step("gates", f"{required} --bundle ${{{{inputs.bundle}}}}", inputs)

    def _step(self, name: str, options: str, inputs: dict[str, bool], output: str = "") -> Any:
        """Return a step's component; `inputs` says of each whether it may be left out."""
        from azure.ai.ml import Input, Output, command
        from azure.ai.ml.entities import ManagedIdentityConfiguration

        written = f" --output ${{{{outputs.{output}}}}}" if output else ""
        return command(
            name=name,
            display_name=name,
            command=f"{STEPS} {name} {options}{written}",
            code=self._sent,
            environment=self._named,
            inputs={
                each: Input(type=_FOLDER, mode="download", optional=optional)
                for each, optional in inputs.items()
            },
            outputs={output: Output(type=_FOLDER, mode="upload")} if output else {},
            timeout=self._azure.training.max_hours * 3600,
            identity=ManagedIdentityConfiguration(),
            is_deterministic=False,
        )
