"""Where a withdrawal comes from and goes to: sub-account, chain, tokens and nonce."""

from ashore.systems.zklink.system.judgement import Judgement
from ashore.systems.zklink.system.offer import ChainOffer, SubAccountOffer, TokenOffer

MAX_NONCE = (1 << 32) - 2


def judge_sub_account(found: Judgement) -> SubAccountOffer | None:
    """The sub-account that the draft names, the main one where it names none."""
    if not found.draft.text("sub_account").strip(" "):
        return found.offer.sub_accounts.get(0, SubAccountOffer(0, 0, {}))
    number = found.number("sub_account", "sub-account", 31)
    if number is None:
        return None
    return found.offer.sub_accounts.get(number, SubAccountOffer(number, 0, {}))


def judge_chain(found: Judgement) -> ChainOffer | None:
    """The chain that it goes to."""
    number = found.number("chain", "chain", 255)
    if number is None:
        return None
    chain = found.offer.chains.get(number)
    if chain is None:
        found.block("chain", "zkLink does not pay out on this chain.", "Choose one from the list.")
    elif chain.problem:
        found.block("chain", chain.problem)
    return chain


def judge_token(found: Judgement, name: str, what: str) -> TokenOffer | None:
    """The token that a field names."""
    number = found.number(name, what, 65535)
    if number is None:
        return None
    token = found.offer.tokens.get(number)
    if token is None:
        found.block(name, f"zkLink does not know this {what}.", "Choose one from the list.")
    return token


def judge_target(found: Judgement, source: TokenOffer | None, chain: ChainOffer | None) -> TokenOffer | None:
    """What it is paid out as."""
    if not found.draft.text("target_token").strip(" ") and source is not None and source.targets == (source.id,):
        target: TokenOffer | None = source
    else:
        target = judge_token(found, "target_token", "token it is paid out as")
    if target is None or source is None:
        return target
    if target.id not in source.targets:
        found.block("target_token", f"{source.symbol} cannot be paid out as {target.symbol}.", "Choose another.")
    elif chain is not None and chain.id not in target.decimals:
        others = [c.name for c in found.offer.chains.values() if c.id in target.decimals]
        advice = f"It exists on {', '.join(others)}." if others else "Choose another token."
        found.block("target_token", f"{target.symbol} does not exist on {chain.name}.", advice)
    return target


def note_gateway(found: Judgement, target: TokenOffer | None, chain: ChainOffer | None) -> None:
    """Say of a chain that is itself a layer 2 where the money stays, and that zkLink knows a way further."""
    if target is None or chain is None or target.id not in found.deployment.gateways.get(chain.id, frozenset()):
        return
    below = found.deployment.chains[found.deployment.primary].name
    found.hint(
        "chain",
        f"{chain.name} is itself a layer 2: the money arrives and stays there.",
        f"zkLink’s gateway could take {target.symbol} on to {below} (withdrawToL1); Ashore does not ask for that.",
    )


def judge_nonce(found: Judgement, sub: SubAccountOffer | None) -> int | None:
    """The number of the request, the next one where the draft names none."""
    if sub is None:
        return None
    if sub.nonce > MAX_NONCE:
        found.block("nonce", "zkLink names a nonce that it could not take itself.", "Open the form again.")
        return None
    if not found.draft.text("nonce").strip(" "):
        return sub.nonce
    nonce = found.number("nonce", "nonce", MAX_NONCE)
    if nonce is not None and nonce != sub.nonce:
        found.block(
            "nonce",
            f"zkLink expects nonce {sub.nonce} for sub-account {sub.id}.",
            "Leave the field empty to use it.",
        )
    return nonce
