"""Versions of the model, kept by MLflow: recorded, fetched, judged, promoted and retrained."""
