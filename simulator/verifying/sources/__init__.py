"""The places that tell what was really sent, all read into one kind of record."""
