"""The CI jobs of a repository that keeps a Customer.io account."""
