"""Prepares, sends, watches and resumes withdrawals of every system."""
