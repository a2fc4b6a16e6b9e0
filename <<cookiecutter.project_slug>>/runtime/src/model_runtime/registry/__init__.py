"""Versions of the model, kept by MLflow: recorded by training, fetched into bundles' folders."""
