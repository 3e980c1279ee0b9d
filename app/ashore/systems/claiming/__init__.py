"""Claims: what is the same in every system whose contract owes money until somebody has it paid out."""
