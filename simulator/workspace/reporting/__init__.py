"""Reporting webhooks: what happens to messages and subscriptions, told to whoever asked to be told."""
