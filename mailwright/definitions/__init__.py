"""What an author may write, as frozen values."""
