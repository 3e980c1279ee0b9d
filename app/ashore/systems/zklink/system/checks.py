"""Judging a draft: every check that can be made before signing, each with its own sentence.

Sources: zkLink SDK `validator.rs`; the error codes of docs.zk.link json-rpc-errors (each refusal of the node that
can be foreseen is said here first).
"""

from collections.abc import Mapping

from ashore.systems.base import ARRIVES, Draft, Leg, Severity
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.check_amount import balance_of, judge_amount, maximum_of
from ashore.systems.zklink.system.check_fee import judge_fee
from ashore.systems.zklink.system.check_place import (
    judge_chain,
    judge_nonce,
    judge_sub_account,
    judge_target,
    judge_token,
    note_gateway,
)
from ashore.systems.zklink.system.check_recipient import judge_recipient
from ashore.systems.zklink.system.check_speed import Speed, exactly, fast_legs, judge_advance, judge_speed
from ashore.systems.zklink.system.judgement import Choice, Judgement, money
from ashore.systems.zklink.system.offer import ZkLinkOffer, ZkLinkQuote


def judge(deployment: Deployment, offer: ZkLinkOffer, draft: Draft, used: Mapping[str, int]) -> ZkLinkQuote:
    """Judge `draft` against `offer`. `used` tells how often a recipient (lower-case hex) was used before."""
    found = Judgement(deployment, offer, draft, used)
    if offer.blocked:
        found.block("account", offer.blocked)
    sub = judge_sub_account(found)
    chain = judge_chain(found)
    source = judge_token(found, "source_token", "token")
    target = judge_target(found, source, chain)
    note_gateway(found, target, chain)
    recipient = judge_recipient(found)
    speed = judge_speed(found, target, chain)
    fee = judge_fee(found, source, chain, fast=speed.fast)
    choice = Choice(sub, source, target, chain, fee)
    amount = judge_amount(found, choice)
    received = judge_advance(found, choice, speed, amount)
    if amount is not None and fee is not None and fee > amount:
        found.hint("fee", "The fee is larger than the amount.", "Check both before you go on.", Severity.WARNS)
    nonce = judge_nonce(found, sub)
    balance = balance_of(sub, source)
    return ZkLinkQuote(
        offer=offer,
        draft=draft,
        problems=found.problems,
        legs=_legs(amount, choice, speed, received),
        receive=_receive(amount, choice, received),
        destination=chain.name if chain else "",
        usually="",
        account_id=offer.account_id,
        sub_account_id=sub.id if sub else 0,
        chain_id=chain.id if chain else None,
        source_token=source.id if source else None,
        target_token=target.id if target else None,
        recipient=recipient,
        amount=amount,
        fee=fee,
        nonce=nonce,
        balance=balance,
        maximum=maximum_of(choice),
        fast=speed.fast,
        ratio=speed.ratio,
        received=received,
        fast_possible=speed.possible,
        asked=speed.broker.ratio if speed.broker is not None else None,
    )


def _receive(amount: int | None, choice: Choice, received: int | None) -> str:
    target, decimals = choice.target, choice.target_decimals
    if amount is None or target is None or decimals is None:
        return ""  # the token does not exist on that chain
    if received is not None:
        return exactly(received, decimals, target)
    return money(amount, target)


def _legs(amount: int | None, choice: Choice, speed: Speed, received: int | None) -> tuple[Leg, ...]:
    source, target, chain, fee = choice.source, choice.target, choice.chain, choice.fee
    if source is None or target is None or chain is None or amount is None or fee is None:
        return ()
    if choice.target_decimals is None:
        return ()
    if received is not None and speed.ratio is not None:
        return fast_legs(choice, amount, speed.ratio, received)
    return (
        Leg("You send", money(amount + fee, source), "from your layer-2 balance"),
        Leg("zkLink fee", money(fee, source), "taken on layer 2, on top of the amount"),
        Leg(f"Payout on {chain.name}", "paid by zkLink", "its relayer pays the gas"),
        Leg(ARRIVES, money(amount, target), f"on {chain.name}"),
    )
