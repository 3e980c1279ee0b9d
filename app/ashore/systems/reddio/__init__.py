"""Reddio: a StarkEx validium. Funds leave it for Ethereum by a signed transfer to an Ethereum address."""
