"""A table of people brought to a workspace's profiles: only what changed, and nobody against their will."""
