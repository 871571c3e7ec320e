"""Clients of the APIs a workspace has: one method per call, meaning is the codecs' business."""
