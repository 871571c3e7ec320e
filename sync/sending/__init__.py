"""Calls of an event log, brought to a workspace: in each person's order, paced, once."""
