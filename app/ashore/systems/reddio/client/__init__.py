"""Reddio's API, read with suspicion."""
