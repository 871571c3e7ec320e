"""Predicted deliveries against actual ones: where they part, why, and which assumption explains it."""
