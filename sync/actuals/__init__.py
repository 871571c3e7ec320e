"""What a workspace really sent, read through its APIs as plain data."""
