"""Events and people's attributes as an agreement between those who send and those who write campaigns."""
