"""Imports: a CSV file that is fetched, and taken in row by row."""
