"""Stores of these tests' benches are closed at their end."""

from unit.stores import stores_closed  # noqa: F401 what pytest finds here
