"""Two contents over one history: who gains, loses or moves, and how much is sent."""
