"""Tests of campaigns: a simulation to drive from Python, scenarios in YAML, recordings, snapshots."""
