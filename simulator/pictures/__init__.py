"""Emails as pictures, taken by a real browser, and what differs between two of them."""
