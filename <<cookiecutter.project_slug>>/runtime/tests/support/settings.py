"""Settings of the sample project for the tests' own trainings."""

from pathlib import Path

from model_runtime.settings import Paths, Settings, Training, read_settings
from model_runtime.testing.fixtures import quick


def settings_in(folder: Path, as_served: bool = False) -> Settings:
    """Return the sample's settings, but training as by default and folders of the test's own.

    Another process for each bundle costs more than the small cases' training: few tests want it.
    """
    paths = Paths(bundle=folder / "model_bin", reports=folder / "reports")
    settings = quick(read_settings())
    training = Training(trusted_types=settings.training.trusted_types, as_served=as_served)
    return settings.model_copy(update={"paths": paths, "training": training})
