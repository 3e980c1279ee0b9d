"""Every kind of text that is told apart, with the standard that it has its form from."""

from enum import StrEnum


class Kind(StrEnum):
    """What a text is. The one list of them: LNURL names those of Lightning, the intake all.

    For a withdrawal:
        LNURL: a voucher (LUD-01, LUD-03, LUD-08, LUD-17; BIP-21 and web pages with `lightning=`; Bolt Card).
        PLAIN_URL: a web address that may be a voucher (RFC 3986; LUD-01 lets one stand for an LNURL).
        ADDRESS: an Ethereum address (EIP-55), alone or in EIP-681, EIP-831, CAIP-10, ERC-3770, ICAP or an explorer's
            link.
        STARK_KEY: an account of Reddio (STARK curve; StarkEx).
        HASH: 64 hex digits: a withdrawal's hash, or a key.
        RECEIPT: a receipt of Ashore's own.

    Ethereum's, zkLink's and Reddio's world:
        NAME: ENS (EIP-137) and naming services like it. STARKNET: Starknet's addresses. SIGNATURE: 64 or 65 bytes.
        BAD_ADDRESS: nearly an address, or a link of EIP-681 from which none can be taken.
        NO_STARK_KEY: as long as a Stark key, and not on the curve. ZKLINK, REDDIO: their pages and links.
        EXPLORER: a page of a block explorer. NUMBER: digits alone (a vault, a token, an amount). HEX: many hex digits.
        ACCOUNT_ELSEWHERE: an account id of another network (CAIP-10). CONNECT: WalletConnect (EIP-1328).

    Lightning's and Bitcoin's:
        PAY (LUD-06), AUTH (LUD-04), CHANNEL (LUD-02), HOSTED_CHANNEL (LUD-07), ADDRESS_REQUEST (LUD-23), OTHER_TAG,
        LIGHTNING_ADDRESS (LUD-16), BOLT11, BOLT12, BIP353, BITCOIN_ADDRESS (BIP-13, BIP-21, BIP-173, BIP-350),
        NODE_ADDRESS, CASHU (NUT-00), CASHU_REQUEST (NUT-18), NOSTR (NIP-19), PSBT (BIP-174), XPUB (BIP-32, SLIP-132),
        DESCRIPTOR (BIP-380), PAYMENT_CODE (BIP-47, BIP-352).

    Secrets, beside CASHU:
        NWC (NIP-47), MACAROON (LND), RUNE (Core Lightning), CREDENTIAL (lndconnect, LndHub, LNbits, phoenixd and other
        ways into a wallet), KEY (raw, NIP-19 nsec, BIP-32, WIF), KEYSTORE (Web3 Secret Storage, PEM, BIP-38),
        RECOVERY_PHRASE (BIP-39, SLIP-39, SeedQR), AUTHENTICATOR (otpauth), ANSWER (an LNURL answer with its k1),
        DOUBTFUL (may hold one of these).

    Of other worlds:
        OTHER_CHAIN: an address or payment link of another network. BANK: IBAN, EPC, Swiss and EMVCo payment codes.
        WIFI, CONTACT (vCard, MECARD), EVENT (iCalendar), MAIL, PHONE, PLACE (RFC 5870), OTHER_PROGRAM (a link of an
        unknown scheme), WEB_PIECE, DATA (JSON), PART (a part of an animated code: UR, BBQr).
    """

    LNURL = "lnurl"
    PLAIN_URL = "plain-url"
    ADDRESS = "address"
    STARK_KEY = "stark-key"
    HASH = "hash"
    RECEIPT = "receipt"

    NAME = "name"
    STARKNET = "starknet"
    SIGNATURE = "signature"
    BAD_ADDRESS = "bad-address"
    NO_STARK_KEY = "no-stark-key"
    ZKLINK = "zklink-link"
    REDDIO = "reddio-link"
    EXPLORER = "explorer"
    NUMBER = "number"
    HEX = "hex"
    ACCOUNT_ELSEWHERE = "account-elsewhere"
    CONNECT = "wallet-connect"

    PAY = "lnurl-pay"
    AUTH = "lnurl-auth"
    CHANNEL = "lnurl-channel"
    HOSTED_CHANNEL = "lnurl-hosted-channel"
    ADDRESS_REQUEST = "lnurl-address-request"
    OTHER_TAG = "lnurl-other"
    LIGHTNING_ADDRESS = "lightning-address"
    BOLT11 = "bolt11"
    BOLT12 = "bolt12"
    BIP353 = "bip353"
    BITCOIN_ADDRESS = "bitcoin-address"
    NODE_ADDRESS = "node-address"
    CASHU = "cashu"
    CASHU_REQUEST = "cashu-request"
    NOSTR = "nostr"
    PSBT = "psbt"
    XPUB = "xpub"
    DESCRIPTOR = "descriptor"
    PAYMENT_CODE = "payment-code"

    NWC = "nwc"
    MACAROON = "macaroon"
    RUNE = "rune"
    CREDENTIAL = "credential"
    KEY = "key"
    KEYSTORE = "keystore"
    RECOVERY_PHRASE = "recovery-phrase"
    AUTHENTICATOR = "authenticator"
    ANSWER = "answer"
    DOUBTFUL = "may-be-secret"

    OTHER_CHAIN = "other-chain"
    BANK = "bank"
    WIFI = "wifi"
    CONTACT = "contact"
    EVENT = "event"
    MAIL = "mail"
    PHONE = "phone"
    PLACE = "place"
    OTHER_PROGRAM = "other-program"
    WEB_PIECE = "web-piece"
    DATA = "data"
    PART = "part"

    WITHIN = "lnurl-within"
    DAMAGED = "damaged"
    REFUSED = "refused"
    HIDDEN = "hidden"
    TOO_LONG = "too-long"
    EMPTY = "empty"
    UNKNOWN = "unknown"
