"""A notebook to begin with: the project's data, and its trained model."""
