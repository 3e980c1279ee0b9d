"""Judging a draft: every check that can be made before signing, each with its own sentence.

Sources: zkLink SDK `validator.rs`; the error codes of docs.zk.link json-rpc-errors (each refusal of the node that
can be foreseen is said here first).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ashore.domain.addresses import AddressError, checksum, grouped, lookalike, parse_evm_address
from ashore.domain.amounts import Amount, AmountError, display_units, format_units, parse_amount, without_dust
from ashore.domain.untrusted import plain
from ashore.systems.base import Draft, Leg, Problem, Severity
from ashore.systems.zklink.codec import FEE
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.offer import (
    L2_DECIMALS,
    ChainOffer,
    SubAccountOffer,
    TokenOffer,
    ZkLinkOffer,
    ZkLinkQuote,
)

FEE_WARNING, FEE_STOP = 2, 10
"""From how many times what zkLink asks a fee is warned of, and refused: nobody means to pay that."""

MAX_AMOUNT = (1 << 128) - 1
MAX_NONCE = (1 << 32) - 2


@dataclass
class _Judgement:
    """What is known of a draft so far. One instance judges one draft."""

    deployment: Deployment
    offer: ZkLinkOffer
    draft: Draft
    used: Mapping[str, int]
    problems: dict[str, Problem] = field(default_factory=dict)

    def block(self, name: str, sentence: str, advice: str = "") -> None:
        """Say why the field stops a review; a blocking sentence takes the place of a lighter one."""
        if name not in self.problems or self.problems[name].severity is not Severity.BLOCKS:
            self.problems[name] = Problem(sentence, advice)

    def hint(self, name: str, sentence: str, advice: str = "", severity: Severity = Severity.NOTES) -> None:
        """Say something about the field that does not stop a review."""
        self.problems.setdefault(name, Problem(sentence, advice, severity))

    def number(self, name: str, what: str, highest: int) -> int | None:
        """Read a plain whole number from a field."""
        text = self.draft.text(name).strip(" ")
        if not text:
            self.block(name, f"Enter the {what}.")
        elif not (text.isascii() and text.isdigit()):
            self.block(name, f"The {what} is a whole number, written with the digits 0 to 9.")
        elif len(text.lstrip("0")) > 12 or int(text.lstrip("0") or "0") > highest:
            self.block(name, f"The {what} is at most {highest}.")
        else:
            return int(text.lstrip("0") or "0")  # Python does not read thousands of zeros
        return None


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the draft chose, as far as it is clear."""

    sub: SubAccountOffer | None
    source: TokenOffer | None
    target: TokenOffer | None
    chain: ChainOffer | None
    fee: int | None

    @property
    def target_decimals(self) -> int | None:
        """Decimals of the payout on its chain."""
        if self.target is None or self.chain is None:
            return None
        return self.target.decimals.get(self.chain.id)


def judge(deployment: Deployment, offer: ZkLinkOffer, draft: Draft, used: Mapping[str, int]) -> ZkLinkQuote:
    """Judge `draft` against `offer`. `used` tells how often a recipient (lower-case hex) was used before."""
    found = _Judgement(deployment, offer, draft, used)
    if offer.blocked:
        found.block("account", offer.blocked)
    sub = _sub_account(found)
    chain = _chain(found)
    source = _token(found, "source_token", "token")
    target = _target(found, source, chain)
    recipient = _recipient(found)
    fee = _fee(found, source, chain)
    choice = _Choice(sub, source, target, chain, fee)
    amount = _amount(found, choice)
    if amount is not None and fee is not None and fee > amount:
        found.hint("fee", "The fee is larger than the amount.", "Check both before you go on.", Severity.WARNS)
    nonce = _nonce(found, sub)
    balance = _balance(sub, source)
    return ZkLinkQuote(
        offer=offer,
        draft=draft,
        problems=found.problems,
        legs=_legs(amount, choice),
        receive=_money(amount, target) if amount is not None and target else "",
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
        maximum=_maximum(choice),
    )


def suggested_fee(offer: ZkLinkOffer, chain: int, token: int) -> int | None:
    """The fee that zkLink asks for a payout on `chain`, paid in `token`, rounded up to what can be encoded.

    None where it is not told, or is more than can be encoded, as after a price that cannot be meant.
    """
    fee = offer.fees.get((chain, token))
    return FEE.closest_packable_up(fee) if fee is not None and fee <= FEE.max_value else None


def _sub_account(found: _Judgement) -> SubAccountOffer | None:
    if not found.draft.text("sub_account").strip(" "):
        return found.offer.sub_accounts.get(0, SubAccountOffer(0, 0, {}))
    number = found.number("sub_account", "sub-account", 31)
    if number is None:
        return None
    return found.offer.sub_accounts.get(number, SubAccountOffer(number, 0, {}))


def _chain(found: _Judgement) -> ChainOffer | None:
    number = found.number("chain", "chain", 255)
    if number is None:
        return None
    chain = found.offer.chains.get(number)
    if chain is None:
        found.block("chain", "zkLink does not pay out on this chain.", "Choose one from the list.")
    elif chain.problem:
        found.block("chain", chain.problem)
    return chain


def _token(found: _Judgement, name: str, what: str) -> TokenOffer | None:
    number = found.number(name, what, 65535)
    if number is None:
        return None
    token = found.offer.tokens.get(number)
    if token is None:
        found.block(name, f"zkLink does not know this {what}.", "Choose one from the list.")
    return token


def _target(found: _Judgement, source: TokenOffer | None, chain: ChainOffer | None) -> TokenOffer | None:
    if not found.draft.text("target_token").strip(" ") and source is not None and source.targets == (source.id,):
        target: TokenOffer | None = source
    else:
        target = _token(found, "target_token", "token it is paid out as")
    if target is None or source is None:
        return target
    if target.id not in source.targets:
        found.block("target_token", f"{source.symbol} cannot be paid out as {target.symbol}.", "Choose another.")
    elif chain is not None and chain.id not in target.decimals:
        others = [c.name for c in found.offer.chains.values() if c.id in target.decimals]
        advice = f"It exists on {', '.join(others)}." if others else "Choose another token."
        found.block("target_token", f"{target.symbol} does not exist on {chain.name}.", advice)
    return target


def _recipient(found: _Judgement) -> bytes | None:
    try:
        address = parse_evm_address(found.draft.text("recipient"))
    except AddressError as error:
        found.block("recipient", error.sentence, error.advice)
        return None
    shown = "0x" + address.hex()
    contracts = {c.main_contract: f"zkLink’s own contract on {c.name}" for c in found.deployment.chains.values()}
    for token in found.deployment.tokens.values():
        for contract in token.addresses.values():
            contracts.setdefault(contract, f"the contract of the token {token.symbol}")
    if shown in contracts:
        found.block("recipient", f"That is {contracts[shown]}: money sent there is lost.", "Enter your own address.")
        return None
    _known_recipient(found, address, shown)
    return address


def _known_recipient(found: _Judgement, address: bytes, shown: str) -> None:
    times = found.used.get(shown, 0)
    own = bytes.fromhex(found.offer.address[2:])
    mine = dict(found.offer.source.own)
    typed = found.draft.text("recipient").strip(" ")[2:]
    unchecked = typed in (typed.lower(), typed.upper())
    if address == own:
        found.hint("recipient", "This is the account’s own address.")
    elif shown in mine:
        found.hint("recipient", f"Your own address: {mine[shown]}.")
    elif times:
        found.hint("recipient", f"Used {times} time{'s' if times > 1 else ''} before.")
    elif shown in found.used:
        found.hint("recipient", "Entered before, but nothing has arrived there yet: compare it.")
    else:
        near = [k for k in [own, *(bytes.fromhex(u[2:]) for u in (*found.used, *mine))] if lookalike(address, k)]
        if near:
            found.hint(
                "recipient",
                f"This address is new, and looks like {grouped(checksum(near[0]))}, which you know, but is another.",
                "Compare every group before you go on.",
                Severity.WARNS,
            )
        elif unchecked:
            found.hint("recipient", "A new address without a checksum: compare every group.")
        else:
            found.hint("recipient", "A new address: compare it with its source before you go on.")


def _fee(found: _Judgement, source: TokenOffer | None, chain: ChainOffer | None) -> int | None:
    if source is None or chain is None:
        return None
    suggested = suggested_fee(found.offer, chain.id, source.id)
    text = found.draft.text("fee").strip(" ")
    if not text:
        if suggested is None:
            found.block("fee", f"zkLink does not tell its fee in {source.symbol}.", "Enter a fee.")
        return suggested
    fee = _parsed_fee(found, text)
    if fee is None:
        return None
    if not 0 <= fee <= FEE.max_value:
        found.block("fee", "The fee is larger than zkLink can take.", "Enter a smaller one.")
        return None
    if not FEE.is_packable(fee):
        below, above = (
            format_units(f, L2_DECIMALS) for f in (FEE.closest_packable_down(fee), FEE.closest_packable_up(fee))
        )
        found.block("fee", "zkLink cannot write this fee exactly.", f"The nearest are {below} and {above}.")
        return None
    if suggested is not None and fee >= FEE_STOP * suggested > 0:
        found.block(
            "fee",
            f"That is {fee // suggested} times what zkLink asks for ({_money(suggested, source)}).",
            "Leave the field empty to pay what it asks.",
        )
    elif suggested is not None and fee >= FEE_WARNING * suggested > 0:
        found.hint(
            "fee",
            f"zkLink asks for {_money(suggested, source)}; this is {_times(fee, suggested)} as much.",
            "Leave the field empty to pay what it asks.",
            Severity.WARNS,
        )
    elif suggested is not None and fee < suggested:
        found.hint(
            "fee",
            f"Less than zkLink asks for ({_money(suggested, source)}): it may refuse the request.",
            "Nothing is lost by a refusal.",
            Severity.WARNS,
        )
    return fee


def _times(fee: int, suggested: int) -> str:
    tenths = fee * 10 // suggested
    return f"{tenths // 10}.{tenths % 10} times" if tenths % 10 else f"{tenths // 10} times"


def _parsed_fee(found: _Judgement, text: str) -> int | None:
    if text.isascii() and text.strip("0.") == "" and any(c == "0" for c in text) and text.count(".") <= 1:
        return 0
    try:
        return parse_amount(text, L2_DECIMALS)
    except AmountError as error:
        sentence = error.sentence.replace("an amount", "a fee").replace("An amount", "A fee")
        found.block("fee", sentence, "Leave the field empty to pay what zkLink asks, or write a number like 1.6.")
        return None


def _amount(found: _Judgement, choice: _Choice) -> int | None:
    try:
        amount = parse_amount(found.draft.text("amount"), L2_DECIMALS)
    except AmountError as error:
        found.block("amount", error.sentence, error.advice)
        return None
    if amount > MAX_AMOUNT:
        found.block("amount", "That is larger than any balance can be.", "Check the amount.")
        return None
    problem = _dust(amount, choice)
    if problem is not None:
        found.block("amount", problem.sentence, problem.advice)
        return None
    problem = _covered(found.offer, amount, choice) or _in_reserve(found.offer, amount, choice)
    if problem is not None:
        found.block("amount", problem.sentence, problem.advice)
    return amount


def _dust(amount: int, choice: _Choice) -> Problem | None:
    decimals = choice.target_decimals
    if decimals is None or choice.target is None or choice.chain is None:
        return None
    kept = without_dust(amount, L2_DECIMALS, decimals)
    if kept == amount:
        return None
    nearest = f"The nearest amount is {format_units(kept, L2_DECIMALS)}." if kept else "Enter a larger amount."
    return Problem(
        f"{choice.target.symbol} has {decimals} decimals on {choice.chain.name}; "
        f"{format_units(amount - kept, L2_DECIMALS)} would stay behind for ever.",
        nearest,
    )


def _covered(offer: ZkLinkOffer, amount: int, choice: _Choice) -> Problem | None:
    if choice.sub is None or choice.source is None:
        return None
    balance = choice.sub.balances.get(choice.source.id, 0)
    total = amount + (choice.fee or 0)
    if total <= balance:
        return None
    if amount <= balance:
        return Problem(
            f"Amount and fee together are {_money(total, choice.source)}, "
            f"and the balance is {_money(balance, choice.source)}.",
            "Use Max, or enter less.",
        )
    enough = [s.id for s in offer.sub_accounts.values() if s.balances.get(choice.source.id, 0) >= total]
    less = "Enter less" if balance else "Choose another token"
    advice = f"{less}, or choose sub-account {enough[0]}, which has enough." if enough else f"{less}."
    return Problem(f"The balance is {_money(balance, choice.source)}.", advice)


def _in_reserve(offer: ZkLinkOffer, amount: int, choice: _Choice) -> Problem | None:
    if choice.target is None or choice.chain is None:
        return None
    target = choice.target
    converts = choice.source is not None and choice.source.id != target.id
    reserves = offer.usd_reserves if converts else offer.reserves
    reserve = reserves.get((target.id, choice.chain.id))
    if reserve is None or amount <= reserve:
        return None
    others = [c.name for c in offer.chains.values() if not c.problem and reserves.get((target.id, c.id), 0) >= amount]
    advice = f"{' and '.join(others)} can pay this amount." if others else "Enter less, or try again later."
    return Problem(f"zkLink can pay out {_money(reserve, target)} on {choice.chain.name} at the moment.", advice)


def _nonce(found: _Judgement, sub: SubAccountOffer | None) -> int | None:
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


def _balance(sub: SubAccountOffer | None, source: TokenOffer | None) -> Amount | None:
    if sub is None or source is None:
        return None
    return Amount(sub.balances.get(source.id, 0), L2_DECIMALS, source.symbol)


def _maximum(choice: _Choice) -> str:
    if choice.sub is None or choice.source is None:
        return ""
    rest = max(0, choice.sub.balances.get(choice.source.id, 0) - (choice.fee or 0))
    if choice.target_decimals is not None:
        rest = without_dust(rest, L2_DECIMALS, choice.target_decimals)
    return format_units(rest, L2_DECIMALS)


def _legs(amount: int | None, choice: _Choice) -> tuple[Leg, ...]:
    source, target, chain, fee = choice.source, choice.target, choice.chain, choice.fee
    if source is None or target is None or chain is None or amount is None or fee is None:
        return ()
    return (
        Leg("You send", _money(amount + fee, source), "from your layer-2 balance"),
        Leg("zkLink fee", _money(fee, source), "taken on layer 2, on top of the amount"),
        Leg(f"Payout on {chain.name}", "paid by zkLink", "its relayer pays the gas"),
        Leg("You receive", _money(amount, target), f"on {chain.name}"),
    )


def _money(amount: int, token: TokenOffer) -> str:
    return f"{display_units(amount, L2_DECIMALS)} {plain(token.symbol, 24)}"
