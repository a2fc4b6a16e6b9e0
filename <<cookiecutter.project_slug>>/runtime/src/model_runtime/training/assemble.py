"""The stage that assembles: a bundle of what the others have found."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Self
from uuid import uuid4

import pandas as pd

from ..bundle.metadata import TEMPLATE_VERSION, Data, Metadata, SelfTest
from ..bundle.read import Bundle, current_version
from ..bundle.reference import written
from ..bundle.rows import columns_from
from ..bundle.self_test import self_test
from ..git import git_commit
from ..settings import Settings
from ..tasks import TASKS
from .evaluate import predict
from .judge import Judged
from .learn import Learned
from .provenance import libraries
from .reference import make_reference
from .stored import Stored


@dataclass(frozen=True)
class Candidate:
    """A model with all that a training run knows of it, before it is accepted or refused."""

    learned: Learned
    stored: Stored
    judged: Judged
    bundle: Bundle

    def numbered(self, version: int) -> Self:
        """Return it as this version of the model."""
        metadata = self.bundle.metadata.model_copy(update={"version": version})
        return replace(self, bundle=replace(self.bundle, metadata=metadata))


@dataclass(frozen=True)
class _Facts:
    """The part of the metadata that a draft does not have yet."""

    metrics: dict[str, float]
    data: Data
    version: int = 1
    thresholds: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


def assemble(learned: Learned, stored: Stored, judged: Judged, settings: Settings) -> Candidate:
    """Make the bundle, and test that it answers as the fitted pipeline did.

    It is numbered on from the present bundle; a registry numbers it anew.

    Raises:
        ProjectError: It does not repeat its own example.
    """
    data = learned.data
    facts = _Facts(
        metrics=judged.scores.hold_out,
        data=data.origin,
        version=current_version(settings.paths.bundle) + 1,
        thresholds=judged.thresholds,
        tags=settings.model.tags | data.tags,
    )
    reference = make_reference(learned, judged.outputs, settings.training.seed)
    bundle = replace(_bundle(learned, stored, settings, facts), reference=written(reference))
    engine = bundle.engine(settings.training.trusted_types)
    self_test(engine, bundle.schema, bundle.metadata)
    return Candidate(learned, stored, judged, bundle)


def draft(learned: Learned, stored: Stored, settings: Settings) -> Bundle:
    """Return a bundle to rehearse with, which nobody serves: nothing is measured yet."""
    unmeasured = {TASKS[learned.schema.task].primary: 0.0}
    facts = _Facts(metrics=unmeasured, data=Data(rows=1, columns=1, sha256="0" * 64))
    return _bundle(learned, stored, settings, facts)


def _bundle(learned: Learned, stored: Stored, settings: Settings, facts: _Facts) -> Bundle:
    schema = learned.schema
    metadata = Metadata(
        template=TEMPLATE_VERSION,
        name=settings.model.name,
        title=settings.model.titled,
        version=facts.version,
        uuid=uuid4(),
        created=datetime.now(UTC),
        description=settings.model.description,
        tags=facts.tags,
        task=schema.task,
        engine=stored.engine,
        metrics=facts.metrics,
        recorded=learned.records.metrics,
        parameters=settings.training.parameters,
        thresholds=facts.thresholds,
        parity=stored.parity,
        self_test=_self_test(learned),
        data=facts.data,
        git_commit=git_commit(),
        libraries=libraries(),
        system_packages=stored.system_packages,
        files={},
    )
    return Bundle(schema, metadata, stored.model)


def _self_test(learned: Learned) -> SelfTest:
    """Return the schema's example and the fitted pipeline's answer to it."""
    schema = learned.schema
    row = [schema.example[feature.name] for feature in schema.features]
    columns = columns_from(schema.features, [row])
    example = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    outputs = predict(learned.pipeline, example, schema.task)[0].tolist()
    return SelfTest(request=schema.example, classes=schema.classes, outputs=outputs)
