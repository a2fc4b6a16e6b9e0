"""A look at the data before training, as a page."""
