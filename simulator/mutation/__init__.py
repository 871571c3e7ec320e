"""Mutation: small changes of the content that some test should notice."""
