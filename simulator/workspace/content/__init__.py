"""A project as a workspace's documents, and back: `seed` and `decode`.

Written from the wire reference alone: what speaks to a workspace over HTTP has codecs of its own, so that a mistake on
one side cannot hide one on the other.
"""
