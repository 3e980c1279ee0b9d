"""Signers of these tests start by a fork, and stores of their benches are closed at their end."""

from unit.stores import stores_closed  # noqa: F401 what pytest finds here
from warm.fixtures import warm_servers, warm_starts  # noqa: F401 what pytest finds here
