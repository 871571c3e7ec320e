"""The inbox: every message the workspaces sent, as a person would see it, and why it was sent."""
