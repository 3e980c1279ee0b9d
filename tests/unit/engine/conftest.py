"""Signers of these tests start by a fork."""

from warm.fixtures import warm_servers, warm_starts  # noqa: F401 what pytest finds here
