"""What content may not be although it loads: each checker is a pure function from a Project to its problems."""
