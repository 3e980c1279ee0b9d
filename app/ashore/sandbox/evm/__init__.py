"""An embedded EVM chain with real headers, tries and receipts, and the JSON-RPC face that a wallet sees."""
