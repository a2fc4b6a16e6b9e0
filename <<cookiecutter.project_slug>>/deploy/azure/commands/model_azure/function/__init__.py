"""The bundle as an app of Azure Functions."""
