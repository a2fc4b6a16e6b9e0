"""ARM templates, read as Azure Resource Manager reads them: expressions, parameters, resources."""
