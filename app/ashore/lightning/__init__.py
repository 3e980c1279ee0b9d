"""Receive backends: the wallets and nodes of the user that make invoices and say when they were paid."""
