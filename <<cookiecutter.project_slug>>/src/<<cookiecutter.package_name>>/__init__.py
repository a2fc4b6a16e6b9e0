"""<< cookiecutter.package_name >>: the parts of this project's model; the library is in runtime/."""
