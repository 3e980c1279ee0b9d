"""The practice Lightning node and the practice withdraw service: simulated money, real invoices and real HTTP."""
