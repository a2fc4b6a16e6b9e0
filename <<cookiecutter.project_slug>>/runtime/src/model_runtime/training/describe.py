"""A bundle from what training has found: schema, metadata and the stored model."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pandas as pd
from sklearn.pipeline import Pipeline

from ..bundle.metadata import TEMPLATE_VERSION, Data, EngineName, Metadata, Parity, SelfTest
from ..bundle.read import Bundle
from ..bundle.rows import columns_from
from ..bundle.schema import Schema
from ..git import git_commit
from ..settings import Settings
from ..tasks import TASKS
from .evaluate import predict
from .provenance import libraries


def describe(
    pipeline: Pipeline,
    schema: Schema,
    stored: tuple[bytes, EngineName, Parity],
    settings: Settings,
    **about: Any,
) -> Bundle:
    """Return a bundle.

    Args:
        pipeline: The fitted pipeline; its answer to the example is the self-test.
        schema: What the bundle is asked and answers.
        stored: The stored model, its engine, and what the proof said.
        settings: For the model's name and description.
        about: The rest of the metadata; what is left out is as for a draft that nobody serves.
    """
    model, engine, parity = stored
    row = [schema.example[feature.name] for feature in schema.features]
    columns = columns_from(schema.features, [row])
    example = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    outputs = predict(pipeline, example, schema.task)[0].tolist()
    draft: dict[str, Any] = {
        "version": 1,
        "metrics": {TASKS[schema.task].primary: 0.0},
        "thresholds": {},
        "data": Data(rows=1, columns=1, sha256="0" * 64),
    }
    metadata = Metadata(
        template=TEMPLATE_VERSION,
        name=settings.model.name,
        uuid=uuid4(),
        created=datetime.now(UTC),
        description=settings.model.description,
        task=schema.task,
        engine=engine,
        parity=parity,
        self_test=SelfTest(request=schema.example, classes=schema.classes, outputs=outputs),
        git_commit=git_commit(),
        libraries=libraries(),
        files={},
        **draft | about,
    )
    return Bundle(schema, metadata, model)
