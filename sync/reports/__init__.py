"""What sync has to say: plans, drifts and the outcome of an apply, as text, Markdown or JSON."""
