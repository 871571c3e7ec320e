"""The rule book: what `check` may say, why, and how to mend it."""
