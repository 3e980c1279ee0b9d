"""Reddio behind the seam: from an account to a plan, and from a plan to what is sent."""
