"""The kinds of text that LNURL tells apart, and what a person is told about each.

Only LNURL and, after asking the person, PLAIN_URL are ever requested.
"""

from ashore.domain.text_kinds import Kind

WITHDRAW_TAG = "withdrawRequest"

# The tags of the other LUDs: 02, 04, 06, 07, 23.
TAG_KINDS = {
    "channelRequest": Kind.CHANNEL,
    "login": Kind.AUTH,
    "payRequest": Kind.PAY,
    "hostedChannelRequest": Kind.HOSTED_CHANNEL,
    "addressRequest": Kind.ADDRESS_REQUEST,
}

SECRET_KINDS = frozenset(
    {Kind.CASHU, Kind.NWC, Kind.MACAROON, Kind.RUNE, Kind.KEY, Kind.RECOVERY_PHRASE},
)

_TO_PAY = "Ashore takes money out and pays nothing: use a wallet that pays."
_NOT_SENT = "Nothing was sent or kept. Clear it from here and from the clipboard."
_NOT_YET = "Ashore cannot receive with it yet: connect a Core Lightning node or an LNbits wallet."

WORDS: dict[Kind, tuple[str, str]] = {
    Kind.LNURL: ("This is an LNURL.", "Ashore asks its service once, when you go on."),
    Kind.PLAIN_URL: (
        "This is an ordinary web address. It may be a withdrawal link.",
        "Let Ashore ask it only if you expect a withdrawal from this host.",
    ),
    Kind.PAY: ("This is a link to pay someone.", _TO_PAY),
    Kind.AUTH: (
        "This is a link to log in to a service.",
        "Ashore never opens one, for that would log someone in. Use a wallet that offers LNURL login.",
    ),
    Kind.CHANNEL: (
        "This is an offer to open a Lightning channel.",
        "Ashore has no Lightning node. Use it in the wallet that runs yours.",
    ),
    Kind.HOSTED_CHANNEL: (
        "This is an offer of a hosted Lightning channel.",
        "Ashore has no Lightning node. Use it in a wallet that supports hosted channels.",
    ),
    Kind.ADDRESS_REQUEST: (
        "This link asks for a Lightning address to be set up.",
        "Ashore has none to give. Use it in the wallet that has your Lightning address.",
    ),
    Kind.OTHER_TAG: (
        "This link is for something that Ashore does not know.",
        "Only withdrawal links can be used here. Ask the service what it is for.",
    ),
    Kind.LIGHTNING_ADDRESS: (
        "This is a Lightning address or an e-mail address: a place to pay to.",
        "Ashore needs a withdrawal link (LNURL) from the service that owes you money.",
    ),
    Kind.BOLT11: (
        "This is a Lightning invoice: a request to pay.",
        "To be paid with your own invoice, start with the withdrawal link; you can give the invoice after that.",
    ),
    Kind.BOLT12: ("This is a BOLT12 offer: something to pay.", _TO_PAY),
    Kind.BIP353: ("This is a payment name (BIP 353): a place to pay to.", _TO_PAY),
    Kind.BITCOIN_ADDRESS: (
        "This is an on-chain Bitcoin address: a place to pay to.",
        "Ashore withdraws over Lightning. Paste a withdrawal link (LNURL).",
    ),
    Kind.NODE_ADDRESS: (
        "This is the address of a Lightning node.",
        "Ashore opens no channels. Paste a withdrawal link (LNURL).",
    ),
    Kind.CASHU: (
        "This is a Cashu token: money itself, for whoever has the text.",
        f"Redeem it in a Cashu wallet. {_NOT_SENT}",
    ),
    Kind.CASHU_REQUEST: ("This is a request for a Cashu payment.", _TO_PAY),
    Kind.NWC: (
        "This is the pairing link of a wallet (Nostr Wallet Connect), which holds a secret.",
        f"{_NOT_YET} {_NOT_SENT}",
    ),
    Kind.MACAROON: (
        "This is a macaroon: the key to an LND node.",
        f"{_NOT_YET} {_NOT_SENT}",
    ),
    Kind.RUNE: (
        "This is a rune: the key to a Core Lightning node.",
        f"It belongs on the page where a receiving wallet is set up. {_NOT_SENT}",
    ),
    Kind.KEY: (
        "This looks like a secret key or a hash.",
        f"If it is a key of a receiving wallet, enter it where that wallet is set up. {_NOT_SENT}",
    ),
    Kind.RECOVERY_PHRASE: (
        "This looks like the recovery words of a wallet: whoever has them has its money.",
        f"Never enter them here. {_NOT_SENT}",
    ),
    Kind.ADDRESS: (
        "This is an address or link of Ethereum or zkLink, not of Lightning.",
        "To withdraw to it, use the zkLink page. Here, paste a withdrawal link (LNURL).",
    ),
    Kind.NOSTR: (
        "This is a Nostr key or note, not a voucher.",
        "Paste a withdrawal link (LNURL) from the service that owes you money.",
    ),
    Kind.WEB_PIECE: (
        "This is a piece of a web page, not a voucher.",
        "Copy the voucher’s link alone, or scan its picture.",
    ),
    Kind.WITHIN: ("This text contains a voucher’s link.", "Paste the link alone."),
    Kind.DAMAGED: ("This LNURL is damaged.", "Copy it again as a whole, or scan its picture."),
    Kind.REFUSED: ("Ashore does not use this link.", "Ask the service for another one."),
    Kind.EMPTY: (
        "Paste a withdrawal link.",
        "It starts with LNURL1, lightning: or lnurlw://, or is the picture of a voucher.",
    ),
    Kind.UNKNOWN: (
        "Ashore does not know this kind of text.",
        "A withdrawal link starts with LNURL1, lightning:, lnurlw:// or https://.",
    ),
}
