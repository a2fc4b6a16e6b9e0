"""Draft what a use case says of its data, from the data: features.yaml and data_loader.py."""
