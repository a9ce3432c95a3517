"""The rules by which evidence is weighed, joins are refused and values are chosen. Pure."""
