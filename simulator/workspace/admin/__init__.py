"""The face for tests and for people: clock, seed, reset, state, faults, coverage, inbox. Its paths begin with `/_`."""
