"""The commands that need no simulator and no workspace: check, init, new, schema, doctor."""
