"""What a workspace holds, what it should hold, and how it gets there; over HTTP only."""
