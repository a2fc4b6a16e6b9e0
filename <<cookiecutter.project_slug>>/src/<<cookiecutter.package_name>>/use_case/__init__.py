"""Your own part of the project: data, preparation, model, features.yaml."""
