"""A history replayed by many machines: sets of people apart, with the answer of one process."""
