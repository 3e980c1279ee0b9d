"""What a person is told of texts that no system of Ashore's knows: what it is, and what to do."""

from dataclasses import dataclass

from ashore.domain.text_kinds import Kind

_NOT_SENT = "Nothing was sent or kept."
_CLEAR = f"{_NOT_SENT} Clear it here and from the clipboard."
_TO_PAY = "Ashore takes money out and pays nothing: use a wallet that pays."
_NOT_HERE = "It is not for a withdrawal. Nothing was opened."


@dataclass(frozen=True, slots=True)
class Named:
    """What a text is, in words that hold nothing of it but what is public. `secret`: it must not stay anywhere.

    `connects`: it opens a wallet that may receive for Ashore, and belongs where such a wallet is connected.
    """

    kind: Kind
    sentence: str
    advice: str
    secret: bool = False
    connects: bool = False


def other_chain(network: str) -> Named:
    """An address or a payment link of another network."""
    return Named(
        Kind.OTHER_CHAIN,
        f"This is of {network}: a place to pay to there.",
        "Ashore withdraws to Ethereum’s kind of address (0x and 40 digits) and over Lightning. Money sent to another "
        "kind would be lost.",
    )


def damaged_address(network: str) -> Named:
    """What begins like an address of another network, and is not whole."""
    return Named(
        Kind.DAMAGED,
        f"This begins like an address of {network}, but it is damaged: its checksum does not fit.",
        "Send nothing to it. Ashore withdraws to Ethereum’s kind of address (0x and 40 digits) and over Lightning.",
    )


def secret_of(network: str) -> Named:
    """A secret key of another network."""
    return Named(
        Kind.KEY,
        f"This is a secret key of {network}: whoever has it has the money.",
        f"Never enter it here. {_CLEAR}",
        secret=True,
    )


def other_program(scheme: str) -> Named:
    """A link of a scheme that nothing here knows."""
    return Named(
        Kind.OTHER_PROGRAM, f"This is a link for another program ({scheme}:).", f"Ashore does not open it. {_NOT_SENT}"
    )


def part(sentence: str) -> Named:
    """One code of several, or one for a signing device, as `multipart` names it."""
    return Named(Kind.PART, sentence, f"Ask the other program for one single code, or for the text. {_NOT_SENT}")


TOO_LONG = Named(Kind.TOO_LONG, "This text is too long to be an address or a link.", "Paste the one line that matters.")
HIDDEN = Named(
    Kind.HIDDEN,
    "This text contains an invisible character, so it may be another than it looks.",
    "Nothing was taken from it. Copy it again from its source, or scan its picture.",
)
MAY_BE_SECRET = Named(
    Kind.DOUBTFUL,
    "This text may hold a key or a password.",
    f"If it does, never enter it here. {_CLEAR} An address, a voucher or a hash is pasted alone.",
    secret=True,
)

WORDS: dict[Kind, Named] = {
    named.kind: named
    for named in (
        Named(
            Kind.NUMBER,
            "This is a number alone: of a vault or a token, or an amount.",
            "Enter it in the form that asks for it. Here, paste an address, a voucher’s link or a hash.",
        ),
        Named(
            Kind.HEX,
            "This is a long row of hex digits: perhaps a signed transaction, or the data of a call.",
            f"It is no address and no hash, and Ashore sends nothing that it has not made. {_NOT_SENT}",
        ),
        Named(
            Kind.ACCOUNT_ELSEWHERE,
            "This is an account of another network than Ethereum’s.",
            "Ashore withdraws to Ethereum’s kind of address: 0x and 40 digits.",
        ),
        Named(
            Kind.CONNECT,
            "This is a pairing link of WalletConnect, which holds a key to a session.",
            f"Ashore connects to no pages. Use it in the wallet that shall be connected. {_NOT_SENT}",
            secret=True,
        ),
        Named(
            Kind.PSBT,
            "This is an unfinished Bitcoin transaction (PSBT).",
            "Ashore signs none. Use the wallet that has its keys.",
        ),
        Named(
            Kind.XPUB,
            "This is the public key of a whole Bitcoin wallet: whoever has it sees all its addresses.",
            "It is no place to pay to. Ashore withdraws over Lightning: paste a withdrawal link (LNURL).",
        ),
        Named(
            Kind.DESCRIPTOR,
            "This describes a whole Bitcoin wallet: whoever has it sees all its addresses.",
            "It is no place to pay to. Ashore withdraws over Lightning: paste a withdrawal link (LNURL).",
        ),
        Named(Kind.PAYMENT_CODE, "This is a reusable payment code of Bitcoin: a place to pay to.", _TO_PAY),
        Named(
            Kind.CREDENTIAL,
            "This opens somebody’s Lightning wallet: it holds a password or a key.",
            f"If that wallet shall receive, connect it on its own page. {_CLEAR}",
            secret=True,
            connects=True,
        ),
        Named(
            Kind.KEY,
            "This is a secret key: whoever has it has the money.",
            f"Never enter it here. {_CLEAR}",
            secret=True,
        ),
        Named(
            Kind.KEYSTORE,
            "This is a file with a secret key in it: with its password, whoever has it has the money.",
            f"Never paste it here. {_CLEAR}",
            secret=True,
        ),
        Named(
            Kind.RECOVERY_PHRASE,
            "These look like the recovery words of a wallet: whoever has these words has the money.",
            f"Never enter them here. {_CLEAR}",
            secret=True,
        ),
        Named(
            Kind.AUTHENTICATOR,
            "This is the secret of an authenticator app: whoever has it can make its codes.",
            f"It is not for a withdrawal. {_CLEAR}",
            secret=True,
        ),
        Named(
            Kind.ANSWER,
            "This is what a voucher’s service answered, not its link.",
            f"Paste the link itself, and show nobody the answer: it can be used like the link. {_CLEAR}",
            secret=True,
        ),
        Named(
            Kind.BANK,
            "This is for a bank: an account number, or a bill to pay.",
            "Ashore takes money out of zkLink, Reddio and vouchers, and pays to no bank.",
        ),
        Named(Kind.WIFI, "This is the code of a wireless network, with its password.", _NOT_HERE, secret=True),
        Named(Kind.CONTACT, "This is a business card or contact.", _NOT_HERE),
        Named(Kind.EVENT, "This is an entry for a calendar.", _NOT_HERE),
        Named(Kind.MAIL, "This is a link to write an e-mail.", _NOT_HERE),
        Named(Kind.PHONE, "This is a telephone number or a text message.", _NOT_HERE),
        Named(Kind.PLACE, "This is a place on a map.", _NOT_HERE),
        Named(
            Kind.WEB_PIECE,
            "This is a piece of a web page, not a voucher.",
            "Copy the voucher’s link alone, or scan its picture.",
        ),
        Named(
            Kind.DATA,
            "This is a piece of data (JSON), not an address or a link.",
            "Paste the one value that matters.",
        ),
    )
}
