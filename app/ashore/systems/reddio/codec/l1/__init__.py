"""What happens to a withdrawal on Ethereum: StarkEx 4.5 calls, logs, storage, state updates."""
