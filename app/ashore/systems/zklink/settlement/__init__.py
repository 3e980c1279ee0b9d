"""What happens to zkLink withdrawals on L1: proven events, matched with open withdrawals."""
