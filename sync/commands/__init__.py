"""The commands of this room; each module holds its flags and what it does."""
