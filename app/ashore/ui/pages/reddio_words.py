"""What Reddio's form says of ways and keys, in words that need no knowledge of StarkEx."""

from __future__ import annotations

from ashore.crypto.stark import Derivation
from ashore.systems.reddio.system.check_asset import REGISTRATION_GAS
from ashore.systems.reddio.system.judgement import gas_cost
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_ETHEREUM, TO_VAULT, ReddioOffer, StarkAccount

ETHEREUM = "Ethereum"
_NETWORKS = {"1": ETHEREUM, "5": "the test network Goerli", "11155111": "the test network Sepolia"}
_MADE = {
    Derivation.BYTE_STRIPPED.value: "that a native library in some of Reddio’s clients makes",
    Derivation.NIBBLE_SHIFTED.value: "that Reddio’s Java, Go and C# clients make",
}


def way_options(chain: str, *, plain: bool) -> list[tuple[str, str]]:
    """The ways that are offered. `plain` where money may go to the address that a Stark key is registered for."""
    to = ETHEREUM if chain == ETHEREUM else f"{ETHEREUM} ({chain})"
    options = [(TO_ETHEREUM, f"Withdraw to {to}"), (TO_VAULT, "Transfer to a vault")]
    return [*options, (PLAIN_WAY, "Withdraw under your Stark key")] if plain else options


def way_words(way: str, chain: str) -> str:
    """What happens on this way, said before anything is signed."""
    if way == TO_VAULT:
        return "It stays on Reddio: it goes to the vault of another user there, and never to Ethereum."
    steps = (
        f"This takes two steps. First Reddio’s operator brings it to {chain} with a batch, which usually takes hours. "
        "Then it waits there for you to claim it: that costs gas, and Ashore tells you when it is time."
    )
    if way == PLAIN_WAY:
        return (
            f"{steps} It is paid to the address that your Stark key is registered for. Nobody signs this request, so "
            "Reddio’s word alone stands for it."
        )
    return steps


def key_words(name: str, standard: bool) -> str:
    """Which client makes the key of that name (`<chain id>:<type name>:<derivation>`); empty for the usual one."""
    if standard:
        return ""
    chain, _, rest = name.partition(":")
    type_name, _, derivation = rest.partition(":")
    made = _MADE.get(derivation, "")
    told = [f"the key {made}"] if made else ["a key"]
    if type_name == "Reddio":
        told.append("with the “custom message” of Reddio’s documentation")
    told.append(f"for {_NETWORKS.get(chain, f'the network with number {chain}')}")
    return " ".join(told)


def searched_words(accounts: tuple[StarkAccount, ...]) -> str:
    """Under which keys was looked, where more than the usual one was."""
    if len(accounts) < 2:
        return ""
    unknown = sum(account.holdings is None for account in accounts)
    told = f"Looked under {len(accounts)} keys: all that Reddio’s clients are known to make of this account."
    return f"{told} Reddio did not answer for {unknown} of them." if unknown else told


def exit_words(offer: ReddioOffer) -> str:
    """What an owner can do where Reddio brings nothing out, step by step.

    Source: starkware-libs/starkex-contracts, tag StarkExchange-v4.5, `FullWithdrawals.sol`, `Freezable.sol` and
    `Escapes.sol`. Ashore makes none of these calls.
    """
    chain = offer.chain.name
    return (
        "Wait first for the next state update: the voyage of a withdrawal says how far apart they are. Where Reddio "
        "takes no requests, or leaves yours out of its updates, its contract lets you demand a vault, from any wallet "
        "or explorer that calls contracts. Ashore makes none of these calls itself.\n"
        f"1. Register your Stark key on {chain}. What follows can be called from the address it is registered for, "
        "and from no other.\n"
        "2. Call fullWithdrawalRequest with your Stark key and the number of the vault. It asks for all of that vault, "
        "and takes more than 1,000,000 gas by design. Each asset has a vault of its own; a review says its number "
        "under Vaults, the one before the arrow, and nothing is sent by looking there.\n"
        "3. Reddio has seven days to serve it. Once it has, the money waits under Unclaimed, and is claimed as usual.\n"
        "4. If it was not served by then, anybody may call freezeRequest with the same two numbers. No state update is "
        "taken from then on, for anybody; what waits in the contract can still be claimed.\n"
        "5. Then the contract’s function escape pays a vault out. It wants the path of your vault in the tree of all "
        "of them, which only Reddio and its data committee have: ask them for it."
    )


def registration_words(offer: ReddioOffer) -> str:
    """What registering a Stark key is for, and what it costs."""
    cost = f"about {REGISTRATION_GAS:,} gas"
    if offer.gas_price:
        cost = f"{cost}, now some {gas_cost(REGISTRATION_GAS, offer.gas_price, offer.chain.gas_symbol)}"
    return (
        "Reddio’s first way of withdrawing pays the address that your Stark key is registered for on "
        f"{offer.chain.name}. Registering takes {cost}. A withdrawal to an address needs none of it: take this way "
        "only if something else of yours asks for a registered key."
    )
