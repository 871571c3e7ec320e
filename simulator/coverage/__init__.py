"""Clause coverage: which conditions, ways, steps and messages the tests have seen."""
