"""The HTTP face: addresses, credentials, limits, faults, and what is answered."""
