"""What the signer read of a request, in words a person checks."""

from ashore.domain.addresses import checksum
from ashore.domain.events import Terms
from ashore.keys.reading import Reading
from ashore.systems.base import Plan, ReviewLine
from ashore.systems.reddio.codec import AssetKind
from ashore.systems.reddio.codec.reading import PLAIN_WITHDRAWAL_KIND, TRANSFER_KIND
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.check_expiration import expiration_text
from ashore.systems.reddio.system.plan import full_recipient, units_text

_OF_TYPE = {
    AssetKind.ETH: "ether",
    AssetKind.ERC20: "a token (ERC-20)",
    AssetKind.ERC721: "a single token (ERC-721)",
    AssetKind.ERC721M: "a single token that its claim mints (ERC-721)",
    AssetKind.ERC721MC: "a single token that its claim mints with its data (ERC-721)",
}


def review_lines(deployment: Deployment, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
    """Values are of the reading; symbol and decimals are those that Ethereum was asked for."""
    if reading.kind == PLAIN_WITHDRAWAL_KIND:
        return _plain_lines(deployment, plan, reading)
    read, terms = reading.fields, plan.terms
    to_vault = reading.kind == TRANSFER_KIND
    chain = deployment.chain.name

    def signed(*names: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, read[name] or "none") for name in names)

    return (
        ReviewLine(
            "Amount",
            units_text(plan, int(read["amount"])),
            "goes to another vault on Reddio" if to_vault else f"set aside for the recipient on {chain}",
            signed=signed("amount_quanta", "quantum"),
        ),
        ReviewLine(
            "To vault of" if to_vault else "Recipient",
            full_recipient(read["receiver"]),
            "a Stark key on Reddio" if to_vault else "on Ethereum; the claim can go to nobody else",
            monospace=True,
            signed=signed("receiver"),
        ),
        ReviewLine("Fee", "none", "Reddio takes none for this; it has no place in what is signed"),
        _asset_line(read["asset_kind"], read["contract"], read["token_id"], terms, signed("asset_id", "token_url")),
        *_account_lines(plan, read["stark_key"], read["key"], signed("stark_key", "key")),
        ReviewLine(
            "Valid until",
            expiration_text(int(read["expiration_hours"])),
            "Reddio may carry it out until then",
            signed=signed("expiration_hours"),
        ),
        ReviewLine(
            "Number of the request",
            read["nonce"],
            "its nonce: Reddio takes each number once",
            signed=signed("nonce"),
        ),
        ReviewLine(
            "Vaults",
            f"{read['sender_vault_id']} → {read['receiver_vault_id']}",
            "places in Reddio’s books, as it told them",
            signed=signed("sender_vault_id", "receiver_vault_id"),
        ),
    )


def _plain_lines(deployment: Deployment, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
    read, terms = reading.fields, plan.terms
    details = terms.details

    def sent(*names: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, read[name] or "none") for name in names)

    contract = "" if read["contract_address"] == "ETH" else read["contract_address"].lower()
    return (
        ReviewLine(
            "Amount",
            units_text(plan, int(read["amount"]) * int(details["quantum"])),
            f"set aside for the Stark key on {deployment.chain.name}",
            signed=sent("amount"),
        ),
        ReviewLine(
            "Paid to",
            full_recipient(terms.recipient),
            f"the address that {deployment.chain.name} has this Stark key registered for",
            monospace=True,
        ),
        _asset_line(details["kind"], contract, read["token_id"], terms, sent("contract_address", "token_id")),
        *_account_lines(plan, read["stark_key"], details["key"], sent("stark_key")),
        ReviewLine("Signature", "none", "Reddio asks for none: it can only go to the registered address"),
    )


def _asset_line(
    kind: str, contract: str, token_id: str, terms: Terms, signed: tuple[tuple[str, str], ...]
) -> ReviewLine:
    what = _OF_TYPE[AssetKind(kind)]
    if not contract:
        return ReviewLine("Asset", terms.symbol, what, signed=signed)
    shown = checksum(bytes.fromhex(contract.removeprefix("0x")))
    number = f", number {token_id}" if token_id else ""
    return ReviewLine("Asset", f"{terms.symbol}, contract {shown}{number}", what, signed=signed)


def _account_lines(
    plan: Plan, stark_key: str, key: str, signed: tuple[tuple[str, str], ...]
) -> tuple[ReviewLine, ReviewLine]:
    return (
        ReviewLine(
            "From your account",
            checksum(bytes.fromhex(plan.terms.account[2:])),
            "its Stark key is made from its Ethereum key",
            monospace=True,
        ),
        ReviewLine("Stark key", stark_key, key_words(key), monospace=True, signed=signed),
    )


def key_words(name: str) -> str:
    """How a key of that name is made, in words."""
    chain, _, rest = name.partition(":")
    type_name, _, derivation = rest.partition(":")
    usual = type_name == "reddio" and derivation == "standard"
    how = "as Reddio’s own clients make it" if usual else f"as some older clients made it ({type_name}, {derivation})"
    return f"{how}, for chain {chain}"
