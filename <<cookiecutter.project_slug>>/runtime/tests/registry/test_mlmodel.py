"""A registered bundle is a model in MLflow's format, which MLflow itself loads."""

import numpy as np
import pandas as pd
import pytest

from model_runtime.bundle.read import read_bundle
from model_runtime.errors import ProjectError
from model_runtime.registry.client import ModelRegistry
from model_runtime.settings import Settings


@pytest.mark.filterwarnings("ignore:.*:UserWarning:mlflow")
def test_mlflow_loads_a_version_and_it_answers_as_its_self_test(settings: Settings) -> None:
    import mlflow

    registry = ModelRegistry(settings)
    version = registry.find("2")
    bundle = read_bundle(settings.paths.bundle)
    test = bundle.metadata.self_test
    uri = registry.client.get_model_version(registry.name, "2").source
    model = mlflow.pyfunc.load_model(uri)
    answered = model.predict(pd.DataFrame([test.request, test.request]))
    assert [*answered.columns] == ["class_name", *bundle.schema.flags]
    assert np.abs(answered[bundle.schema.flags].to_numpy() - test.outputs).max() < 1e-6
    features = bundle.schema.features
    asked, said = model.metadata.get_input_schema(), model.metadata.get_output_schema()
    assert asked.input_names() == [feature.name for feature in features]
    required = [feature.name for feature in features if not feature.optional]
    assert asked.required_input_names() == required
    assert said.input_names() == [*answered.columns]
    # Values are judged as in a request: 40 is a number, another label is none.
    row = {name: test.request[name] for name in required} | {"age": 40}
    assert model.predict(pd.DataFrame([row])).notna().all(axis=None)
    with pytest.raises(ProjectError, match="is not a label of this field"):
        model.predict(pd.DataFrame([row | {"Größe": "none"}]))
    assert model.metadata.run_id == version.run_id
