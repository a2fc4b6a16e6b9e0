"""Settings of the sample project for the tests' own trainings."""

from pathlib import Path

from model_runtime.settings import Paths, Settings, Training, read_settings
from model_runtime.testing.fixtures import quick


def settings_in(folder: Path, as_served: bool = False, folds: int = 0) -> Settings:
    """Return the sample's settings, but training as by default and folders of the test's own.

    Another process for each bundle costs more than the small cases' training, and so do folds: few
    tests want them.
    """
    paths = Paths(bundle=folder / "model_bin", reports=folder / "reports")
    settings = quick(read_settings())
    trusted = settings.training.trusted_types
    training = Training(trusted_types=trusted, as_served=as_served, folds=folds)
    return settings.model_copy(update={"paths": paths, "training": training})
