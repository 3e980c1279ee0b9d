"""Texts that hold an Ethereum address and say more than it: payment links, account ids, addresses with a chain.

Source: EIP-681 (payment links), EIP-67 (the form before it), EIP-831 (the scheme `ethereum:` and its prefixes),
CAIP-10 (`eip155:chain:address`), ERC-3770 (`arb1:0x…`), the Inter-exchange Client Address Protocol (ICAP: an IBAN that
starts with XE).
What a link asks for is only told: no amount of a link ever becomes one of a form.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from ashore.domain.addresses import AddressError, checksum, parse_evm_address
from ashore.domain.amounts import format_units
from ashore.domain.errors import AshoreError
from ashore.domain.evm_chains import CHAIN_OF_SHORT_NAME, EVM_CHAINS
from ashore.domain.hex_groups import shortened

MOST_BASE_UNITS = 2**256 - 1
_COIN_DECIMALS = 18
_MAX_DIGITS = 100
"""Digits that a number of a link may have, its exponent written out: 2^256 has 78."""

_MOST_CHAIN = 2**63 - 1
_PARAMETERS = 32
_SCHEME = re.compile(r"ethereum:(?://)?", re.IGNORECASE | re.ASCII)
_PREFIX = re.compile(r"(?P<prefix>[a-z0-9]+)-(?P<rest>.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_REQUEST = re.compile(
    r"(?P<target>[^@/?#%]*)(?:@(?P<chain>[0-9]{1,19}))?(?P<call>/(?P<function>[^/?#]*))?(?:\?(?P<query>[^#]*))?",
    re.ASCII | re.DOTALL,
)
_AMOUNT = re.compile(r"[-+0-9.e]{0,100}", re.IGNORECASE | re.ASCII)
_FREE_TEXT = re.compile(r"[^;=?]*")
_OF_GAS = dict.fromkeys(("gas", "gasLimit", "gasPrice"), _AMOUNT)
_OF_A_COIN = {**_OF_GAS, "value": _AMOUNT, "amount": _AMOUNT, "label": _FREE_TEXT, "message": _FREE_TEXT}
"""Beside what EIP-681 has, the names that wallets took over from BIP-21: none of them says who receives."""

_OF_A_TOKEN = {"address": re.compile(r"[^;=?%]*"), "uint256": _AMOUNT, **_OF_GAS}
_OF_A_FUNCTION = {"function": re.compile(r"[^;=?&]*"), **_OF_GAS}
_TRANSFER = re.compile(
    r"transfer\( ?address (?P<receiver>0x[0-9a-fA-F]{40}) ?, ?uint(?:256)? (?P<amount>[0-9]{1,78}) ?\)", re.ASCII
)
_CALLED = frozenset({"function", "data", "method", "call"})
_NUMBER = re.compile(r"\+?(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]+))?(?:e(?P<exponent>[0-9]*))?", re.IGNORECASE)
_ACCOUNT_ID = re.compile(r"eip155:(?P<chain>[0-9]{1,19}):(?P<target>0x[0-9a-f]*)", re.IGNORECASE | re.ASCII)
_WITH_CHAIN = re.compile(r"(?P<short>[a-z][a-z0-9-]{1,15}):(?P<target>0x[0-9a-f]*)", re.IGNORECASE | re.ASCII)
_ICAP = re.compile(r"(?:iban:)?XE(?P<check>[0-9]{2})(?P<digits>[0-9A-Z]{30,31})", re.IGNORECASE | re.ASCII)
_ICAP_OF_A_CLIENT = re.compile(r"(?:iban:)?XE[0-9]{2}ETH[0-9A-Z]{13}", re.IGNORECASE | re.ASCII)
_NAME = re.compile(
    r"[^\s:/?#@<>\"]{1,250}\.(?:eth|zk|stark|box|bnb|arb|crypto|nft|wallet|x|dao|888|zil|blockchain|bitcoin|polygon|"
    r"unstoppable|cb\.id|sol|near|ton)",
    re.IGNORECASE,
)

_PASTE_ADDRESS = "Paste the receiving address, starting with 0x."


class LinkError(AshoreError):
    """A link of Ethereum from which no address can be taken over."""


class NamedTarget(LinkError):
    """A link that names its receiver by a name that would have to be looked up."""

    def __init__(self) -> None:
        super().__init__(
            "This is a name, and Ashore does not look names up: the answer could be anybody’s.",
            "Paste the address that it stands for, with 0x.",
        )


@dataclass(frozen=True, slots=True)
class EvmTarget:
    """Who receives, and what was said beside that.

    Attributes:
        recipient: 20 bytes; its checksum was right where it had one.
        chain_id: EIP-155's number, None where the text names no chain.
        asks: what a payment link asks for, in words; empty where it asks for nothing.
    """

    recipient: bytes
    chain_id: int | None = None
    asks: str = ""


def is_name(text: str) -> bool:
    """Whether a text is a name of ENS or of a naming service like it."""
    return _NAME.fullmatch(text) is not None


def read_target(text: str) -> EvmTarget | None:
    """Return whom a text of these forms names, or None where it has none of them.

    Raises:
        LinkError: it has such a form, and nothing can be taken from it.
        AddressError: its address is none that money should be sent to.
    """
    scheme = _SCHEME.match(text)
    if scheme is not None:
        return _payment(text[scheme.end() :])
    if text[:7].lower() == "eip155:":
        account = _ACCOUNT_ID.fullmatch(text)
        if account is None:
            raise _no_receiver()
        return EvmTarget(parse_evm_address(account["target"]), _chain(account["chain"]))
    if (with_chain := _WITH_CHAIN.fullmatch(text)) is not None:
        chain = CHAIN_OF_SHORT_NAME.get(with_chain["short"].lower())
        return EvmTarget(parse_evm_address(with_chain["target"]), chain) if chain is not None else None
    return _icap(text)


def _payment(rest: str) -> EvmTarget:
    prefix = _PREFIX.fullmatch(rest)
    if prefix is not None and prefix["prefix"].lower() == "pay":
        rest = prefix["rest"]
    elif prefix is not None and prefix["rest"][:2].lower() == "0x":
        raise LinkError(
            "This Ethereum link is for something else than a payment.", "Paste the receiving address alone."
        )
    request = _REQUEST.fullmatch(rest)
    if request is None:
        raise _no_receiver()
    target, chain = request["target"], _chain(request["chain"])
    query = _parameters(request["query"] or "")
    if request["call"] is None and "function" not in query:
        # Where a link says anything that is not known here, its target may be a contract that is called.
        if is_name(target):
            raise NamedTarget
        _only(query, _OF_A_COIN)
        return EvmTarget(_receiver(target), chain, _coin_words(query, chain))
    if request["call"] is None:
        _only(query, _OF_A_FUNCTION)
        called = _TRANSFER.fullmatch(query["function"])  # EIP-67, before there was EIP-681
        if called is None:
            raise _calls_a_contract()
        return _of_token(target, called["receiver"], {"uint256": called["amount"]}, chain)
    if request["function"] != "transfer":
        raise _calls_a_contract()
    _only(query, _OF_A_TOKEN)
    given = [name for name in query if name not in _OF_GAS]
    if "address" not in query:
        raise _no_receiver()
    if given[0] != "address":  # the order of its parameters is part of a function's name
        raise _calls_a_contract()
    return _of_token(target, query["address"], query, chain)


def _of_token(token: str, receiver: str, query: dict[str, str], chain: int | None) -> EvmTarget:
    """Of a token the target is its contract; the receiver is a parameter."""
    recipient = _receiver(receiver)
    if not is_name(token) and _receiver(token) == recipient:
        raise LinkError("This link pays a token to its own contract, where it would be lost.", _PASTE_ADDRESS)
    return EvmTarget(recipient, chain, _token_words(query, token))


def _only(query: dict[str, str], known: dict[str, re.Pattern[str]]) -> None:
    """Raise LinkError where a link says more than is known, or says it in another form."""
    odd = [name for name, value in query.items() if name not in known or known[name].fullmatch(value) is None]
    if any(name.lower() in _CALLED for name in odd):
        raise _calls_a_contract()
    if odd:
        raise LinkError(
            "This Ethereum link says more than Ashore understands, so it is not certain who receives.", _PASTE_ADDRESS
        )


def _calls_a_contract() -> LinkError:
    return LinkError("This Ethereum link calls a contract; it names no receiving address.", _PASTE_ADDRESS)


def _receiver(text: str) -> bytes:
    if is_name(text):
        raise NamedTarget
    if text[:2].lower() != "0x":
        raise _no_receiver()
    return parse_evm_address(text)


def _no_receiver() -> LinkError:
    return LinkError("This Ethereum link names no receiving address.", _PASTE_ADDRESS)


def _chain(digits: str | None) -> int | None:
    if digits is None:
        return None
    number = int(digits)
    if not 0 < number <= _MOST_CHAIN:
        raise LinkError("The chain that this link names is none.", _PASTE_ADDRESS)
    return number


def _parameters(query: str) -> dict[str, str]:
    """Return what a link says, each name once, in its order; the values decoded."""
    found: dict[str, str] = {}
    parts = [part for part in query.split("&", _PARAMETERS) if part]
    for part in parts:
        name, _, value = part.partition("=")
        if name in found or len(parts) > _PARAMETERS:
            raise LinkError("This Ethereum link says the same thing twice, or too much.", _PASTE_ADDRESS)
        # An address needs no percent signs: one with them is read by one program and not by another.
        found[name] = value if name == "address" else unquote(value)
    return found


# What is asked for, in words


def read_number(text: str) -> int | None:
    """Return EIP-681's `number` as a whole number of base units, None where it is none or more than 2^256 - 1.

    2.014e18 is one, 0.5 and 1e-3 are none. No float has a part in it.
    """
    number = _NUMBER.fullmatch(text) if len(text) <= _MAX_DIGITS else None
    if number is None or not (number["whole"] or number["fraction"]):
        return None
    fraction = (number["fraction"] or "").rstrip("0")
    exponent = number["exponent"] or "0"
    if len(exponent) > 3 or int(exponent) > _MAX_DIGITS or int(exponent) < len(fraction):
        return None
    value = int((number["whole"] or "0") + fraction) * 10 ** (int(exponent) - len(fraction))
    return value if value <= MOST_BASE_UNITS else None


_UNREADABLE = "an amount that is no whole number of the smallest units"


def _coin_words(query: dict[str, str], chain_id: int | None) -> str:
    if "value" not in query:
        return ""
    amount = read_number(query["value"])
    if amount is None:
        return _UNREADABLE
    chain = EVM_CHAINS.get(chain_id or 0)
    coin = chain.coin if chain is not None else "of the chain’s own coin"
    return f"{format_units(amount, _COIN_DECIMALS)} {coin}"


def _token_words(query: dict[str, str], token: str) -> str:
    try:
        contract = checksum(parse_evm_address(token))
    except AddressError:
        contract = ""
    named = f"the token with the contract {shortened(contract)}"
    of_token = named if contract else "a token that it names by no address"
    if "uint256" not in query:
        return of_token
    amount = read_number(query["uint256"])
    # How many decimals the token has is not known here.
    return f"{_UNREADABLE} of {of_token}" if amount is None else f"{amount} of the smallest units of {of_token}"


# ICAP


def _icap(text: str) -> EvmTarget | None:
    compact = text.replace(" ", "")
    if _ICAP_OF_A_CLIENT.fullmatch(compact):
        raise LinkError(
            "This is an account with somebody who keeps money for others (ICAP); it holds no address.", _PASTE_ADDRESS
        )
    found = _ICAP.fullmatch(compact)
    if found is None:
        return None
    digits = found["digits"].upper()
    # ISO 13616: country and check digits go to the end, letters become numbers, and all of it leaves 1 after 97.
    if int("".join(str(int(each, 36)) for each in f"{digits}XE{found['check']}")) % 97 != 1:
        raise LinkError("The check digits of this account number (ICAP) do not fit.", "Copy it again, or the address.")
    value = int(digits, 36)
    if value >= 1 << 160:
        raise _no_receiver()
    return EvmTarget(parse_evm_address(f"0x{value:040x}"))
