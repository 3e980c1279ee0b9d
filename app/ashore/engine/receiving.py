"""The wallets that receive over Lightning and are connected now."""

from collections.abc import Iterable, Sequence

from ashore.systems.lnurl.system.receivers import Receiver


class ConnectedWallets:
    """By id, in the order in which they were connected: the first one is preferred."""

    def __init__(self, receivers: Iterable[Receiver] = ()) -> None:
        self._receivers = {receiver.id: receiver for receiver in receivers}

    def all(self) -> Sequence[Receiver]:
        """Every connected wallet."""
        return tuple(self._receivers.values())

    def get(self, receiver: str) -> Receiver | None:
        """The wallet of that id, while it is connected."""
        return self._receivers.get(receiver)
