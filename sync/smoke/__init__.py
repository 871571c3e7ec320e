"""A smoke test: samples sent to a workspace as throw-away people, looked at, and cleaned up."""
