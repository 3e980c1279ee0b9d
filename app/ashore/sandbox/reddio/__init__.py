"""A practice StarkEx exchange in the manner of Reddio: its API, its operator, and what it does on Ethereum."""
