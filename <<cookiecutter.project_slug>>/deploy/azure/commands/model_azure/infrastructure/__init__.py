"""Resources on Azure: described by templates, made, changed, looked at and removed."""
