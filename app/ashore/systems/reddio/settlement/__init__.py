"""What becomes of a request to Reddio, on its word and on L1."""
