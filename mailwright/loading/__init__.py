"""Files → Project, with positions."""
