"""Ashore: a desktop wallet that brings funds out and shows each step's evidence."""

__version__ = "0.1.0"
