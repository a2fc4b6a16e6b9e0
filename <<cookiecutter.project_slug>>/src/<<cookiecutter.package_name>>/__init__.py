"""<< cookiecutter.package_name >>: what this project's model is made of; the machinery is in runtime/."""
