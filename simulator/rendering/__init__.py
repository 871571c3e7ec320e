"""A message and a moment → what is sent: the texts, the page, the outcome, one by one or in bulk."""
