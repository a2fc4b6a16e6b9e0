"""<< cookiecutter.package_name >>: a model, its training and its service."""
