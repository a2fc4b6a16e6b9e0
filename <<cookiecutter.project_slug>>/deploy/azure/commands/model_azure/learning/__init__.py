"""Data and trainings on the workspace's cluster."""
