"""Texts that hold an Ethereum address and say more than it: payment links, account ids, addresses with a chain.

Source: EIP-681 (payment links), EIP-831 (the scheme `ethereum:` and its prefixes), CAIP-10 (`eip155:chain:address`),
ERC-3770 (`arb1:0x…`), the Inter-exchange Client Address Protocol (ICAP: an IBAN that starts with XE).
What a link asks for is only told: no amount of a link ever becomes one of a form.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from ashore.domain.addresses import AddressError, checksum, parse_evm_address
from ashore.domain.amounts import format_units
from ashore.domain.errors import AshoreError
from ashore.domain.evm_chains import CHAIN_OF_SHORT_NAME, EVM_CHAINS

MOST_BASE_UNITS = 2**256 - 1
_COIN_DECIMALS = 18
_MAX_DIGITS = 100
"""Digits that a number of a link may have, its exponent written out: 2^256 has 78."""

_MOST_CHAIN = 2**63 - 1
_PARAMETERS = 32
_SCHEME = re.compile(r"ethereum:(?://)?", re.IGNORECASE | re.ASCII)
_PREFIX = re.compile(r"(?P<prefix>[a-z0-9]+)-(?P<rest>.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_REQUEST = re.compile(
    r"(?P<target>[^@/?]*)(?:@(?P<chain>[0-9]{1,19}))?(?:/(?P<function>[a-z0-9_]*))?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
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
    query = _parameters(request["query"] or "")
    function, chain = request["function"] or "", _chain(request["chain"])
    if not function:
        return EvmTarget(_receiver(request["target"]), chain, _coin_words(query, chain))
    if function != "transfer":
        raise LinkError("This Ethereum link calls a contract; it names no receiving address.", _PASTE_ADDRESS)
    receivers = query.get("address", [])
    if len(receivers) != 1:
        raise _no_receiver()
    # For a token the target is its contract; the receiver stands in the query.
    recipient, token = _receiver(receivers[0]), request["target"]
    if token.lower() == f"0x{recipient.hex()}":
        raise LinkError("This link pays a token to its own contract, where it would be lost.", _PASTE_ADDRESS)
    return EvmTarget(recipient, chain, _token_words(query, token))


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


def _parameters(query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in query.split("&", _PARAMETERS)[:_PARAMETERS]:
        name, _, value = part.partition("=")
        if name:
            found.setdefault(unquote(name), []).append(unquote(value))
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


def _only_number(query: dict[str, list[str]], name: str) -> int | None:
    values = query[name]
    return read_number(values[0]) if len(values) == 1 else None


def _coin_words(query: dict[str, list[str]], chain_id: int | None) -> str:
    if "value" not in query:
        return ""
    amount = _only_number(query, "value")
    if amount is None:
        return _UNREADABLE
    chain = EVM_CHAINS.get(chain_id or 0)
    coin = chain.coin if chain is not None else "of the chain’s own coin"
    return f"{format_units(amount, _COIN_DECIMALS)} {coin}"


def _token_words(query: dict[str, list[str]], token: str) -> str:
    try:
        contract = checksum(parse_evm_address(token))
    except AddressError:
        contract = ""
    of_token = f"the token {contract}" if contract else "a token that it names by no address"
    if "uint256" not in query:
        return of_token
    amount = _only_number(query, "uint256")
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
