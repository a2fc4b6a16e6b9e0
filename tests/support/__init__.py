"""Commands, services and projects that the template's tests share; no test module, no conftest."""
