"""What arrives, held against what was agreed."""
