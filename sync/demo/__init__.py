"""A production and a QA workspace on this machine, and the way from their difference to one content."""
