"""A table of texts as people meet them, and what each is. Addresses and keys are examples of their standards."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ashore.crypto import stark
from ashore.domain.addresses import checksum
from ashore.domain.text_kinds import Kind
from ashore.intake.foreign import HEADS as FOREIGN_HEADS
from ashore.intake.recognition import MOST_LOOKED_AT, Intake, Way, take_in, unwrapped
from ashore.intake.wallet_secrets import HEADS as SECRET_HEADS
from ashore.intake.words import WORDS
from ashore.systems.lnurl.codec import Reach, encode_lnurl

LINK = encode_lnurl("https://service.example/u?q=1")
CARD = "lnurlw://card.example/scan?p=00112233445566778899AABBCCDDEEFF&c=0011223344556677"
ADDRESS = checksum(bytes.fromhex("8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"))
WRONG = ADDRESS[:-1] + ("0" if ADDRESS[-1] != "0" else "1")
TOKEN = "0x" + "a0b8" * 10
HASH = "5d" * 32
STARK_KEY = f"{stark.public_key(5):#x}"
NO_KEY = next(f"{n:#x}" for n in range(stark.public_key(5), 2**252) if not stark.is_stark_key(n))
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
LONG_PHRASE = "abandon " * 23 + "art"
ONION = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion"
KEYSTORE = '{"version":3,"id":"x","crypto":{"ciphertext":"d172bf","kdf":"scrypt","kdfparams":{"n":262144}}}'
NWC = "nostr+walletconnect://" + "ab" * 32 + "?relay=wss://r.example&secret=" + "cd" * 32
XPUB = "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8"
XPRV = "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
ZPUB = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"
MONERO = "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"
PIX = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000"
    "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)

VOUCHER, RECIPIENT, NOWHERE = Way.VOUCHER, Way.RECIPIENT, Way.NOWHERE
LOOK_UP, VAULT, RECEIVING = Way.LOOK_UP, Way.VAULT, Way.RECEIVING

# What leads somewhere.
LEADING: list[tuple[str, Way, Kind]] = [
    (LINK, VOUCHER, Kind.LNURL),
    (LINK.upper(), VOUCHER, Kind.LNURL),
    (f"lightning:{LINK}", VOUCHER, Kind.LNURL),
    (f"LIGHTNING:{LINK.upper()}", VOUCHER, Kind.LNURL),
    (f"my voucher: {LINK} enjoy!", VOUCHER, Kind.LNURL),
    (f"lightning://{LINK}", VOUCHER, Kind.LNURL),
    (f"lnurl:{LINK}", VOUCHER, Kind.LNURL),
    (f"bitcoin:{LINK}", VOUCHER, Kind.LNURL),
    (f"BITCOIN:?lightning={LINK}", VOUCHER, Kind.LNURL),
    (f"bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=1&LIGHTNING={LINK}", VOUCHER, Kind.LNURL),
    (f"https://shop.example/card?id=1&lightning={LINK}", VOUCHER, Kind.LNURL),
    (f"https://etherscan.io/tx/0x{HASH}?lightning={LINK}", VOUCHER, Kind.LNURL),
    (f"https://app.reddio.com/gift?lightning={LINK.upper()}", VOUCHER, Kind.LNURL),
    ("lnurlw://service.example/u?q=1", VOUCHER, Kind.LNURL),
    ("lnurlw:service.example/u?q=1", VOUCHER, Kind.LNURL),
    ("LNURLW://SERVICE.EXAMPLE/u?q=1", VOUCHER, Kind.LNURL),
    (f"lnurlw://{ONION}/u", VOUCHER, Kind.LNURL),
    ("lightning:lnurlw://service.example/u", VOUCHER, Kind.LNURL),
    (CARD, VOUCHER, Kind.LNURL),
    (f"\ufeff {LINK}\u200b\r\n", VOUCHER, Kind.LNURL),
    (f"{LINK[:40]}\r\n{LINK[40:]}", VOUCHER, Kind.LNURL),
    (f"ashore:{LINK}", VOUCHER, Kind.LNURL),
    (f"ashore://lightning:{LINK}", VOUCHER, Kind.LNURL),
    (f"ashore://open?text=lightning%3A{LINK}", VOUCHER, Kind.LNURL),
    ('{"format":"ashore.receipt","version":1,"withdrawal":{}}', Way.RECEIPT, Kind.RECEIPT),
    ('{"format":"ashore.receipt","version":1,"proof":"' + "ab" * 9000 + '"}', Way.RECEIPT, Kind.RECEIPT),
    (f"ashore:receipt?v=1&d={HASH}&w=25+USDC+to+{ADDRESS}&s=done&m=1", Way.RECEIPT, Kind.RECEIPT),
    ("https://shop.example/voucher/12", VOUCHER, Kind.PLAIN_URL),
    (f"http://{ONION}/w", VOUCHER, Kind.PLAIN_URL),
    (ADDRESS, RECIPIENT, Kind.ADDRESS),
    (ADDRESS.lower(), RECIPIENT, Kind.ADDRESS),
    ("0X" + ADDRESS[2:].upper(), RECIPIENT, Kind.ADDRESS),
    (f"\u00a0{ADDRESS}\u200e", RECIPIENT, Kind.ADDRESS),
    (f"ethereum:{ADDRESS}", RECIPIENT, Kind.ADDRESS),
    (f"ethereum://{ADDRESS}@1", RECIPIENT, Kind.ADDRESS),
    (f"ETHEREUM:0X{ADDRESS[2:].upper()}@1", RECIPIENT, Kind.ADDRESS),
    (f"ethereum:pay-{ADDRESS}@1?value=2.014e18", RECIPIENT, Kind.ADDRESS),
    (f"ethereum:{TOKEN}@42161/transfer?address={ADDRESS}&uint256=1e6", RECIPIENT, Kind.ADDRESS),
    (f"ashore:ethereum:{ADDRESS}@10", RECIPIENT, Kind.ADDRESS),
    (f"eip155:1:{ADDRESS}", RECIPIENT, Kind.ADDRESS),
    (f"arb1:{ADDRESS}", RECIPIENT, Kind.ADDRESS),
    ("XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS", RECIPIENT, Kind.ADDRESS),
    (f"https://etherscan.io/address/{ADDRESS}", RECIPIENT, Kind.ADDRESS),
    (f"https://arbiscan.io/address/{ADDRESS.lower()}#internaltx", RECIPIENT, Kind.ADDRESS),
    (HASH, LOOK_UP, Kind.HASH),
    (f"0x{HASH.upper()}", LOOK_UP, Kind.HASH),
    (f"https://etherscan.io/tx/0x{HASH}", LOOK_UP, Kind.HASH),
    (f"https://scan.zk.link/tx/0x{HASH}", LOOK_UP, Kind.HASH),
    (f"0x{int(STARK_KEY, 16):064x}", LOOK_UP, Kind.HASH),
    (STARK_KEY, VAULT, Kind.STARK_KEY),
    (STARK_KEY.upper().replace("X", "x"), VAULT, Kind.STARK_KEY),
    (f"stark:{STARK_KEY}", VAULT, Kind.STARK_KEY),
    (NWC, RECEIVING, Kind.NWC),
    ("nostrwalletconnect://b889ff?secret=71a8", RECEIVING, Kind.NWC),
    ("0201036c6e640224030a10b493608461fb6e64810053fa31ef27991201301a0c0a0b0c", RECEIVING, Kind.MACAROON),
    ("AgEDbG5kAiQDChC0k2CEYftuZIEAU", RECEIVING, Kind.MACAROON),
    ("OSqc7ixY6F-gjcigBfxtzKUI54uzgFSA6YfBQoWGDV89MA==", RECEIVING, Kind.RUNE),
    ("lndconnect://node.example:10009?cert=MIIC&macaroon=AgEDbG5k", RECEIVING, Kind.CREDENTIAL),
    ("clnrest://node.example:3010?rune=OSqc7ixY6F", RECEIVING, Kind.CREDENTIAL),
    ("clnrest+https://node.example:3010?rune=OSqc7ixY6F", RECEIVING, Kind.CREDENTIAL),
    ("lndhub://invoice:0123456789abcdef@https://lnbits.example/lndhub/ext/", RECEIVING, Kind.CREDENTIAL),
    ("https://lnbits.example/wallet?usr=" + "ab" * 16 + "&wal=" + "cd" * 16, RECEIVING, Kind.CREDENTIAL),
    ("https://lnbits.example/wallet?wal=" + "cd" * 16 + "&usr=" + "ab" * 16, RECEIVING, Kind.CREDENTIAL),
    ("http://:hunter2hunter2@127.0.0.1:9740", RECEIVING, Kind.CREDENTIAL),
    ("AgELYy1saWdodG5pbmcCKFR1ZSBPY3Q", RECEIVING, Kind.CREDENTIAL),
    ("http-password=" + "ab" * 32, RECEIVING, Kind.CREDENTIAL),
    ("X-Api-Key: " + "ab" * 16, RECEIVING, Kind.CREDENTIAL),
    ("Rune: OSqc7ixY6F-gjcigBfxtzKUI54uzgFSA6YfBQoWGDV89MA==", RECEIVING, Kind.CREDENTIAL),
    (
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        RECEIVING,
        Kind.CREDENTIAL,
    ),
]

# What opens a wallet, or is money.
SECRET: list[tuple[str, Kind]] = [
    (PHRASE, Kind.RECOVERY_PHRASE),
    (PHRASE.upper(), Kind.RECOVERY_PHRASE),
    (LONG_PHRASE, Kind.RECOVERY_PHRASE),
    ("\n".join(f"{n}. {word}" for n, word in enumerate(PHRASE.split(), 1)), Kind.RECOVERY_PHRASE),
    (
        "abaisser abandon abdiquer abeille abolir aborder aboutir aboyer abrasif abreuver abriter abroger",
        Kind.RECOVERY_PHRASE,
    ),
    ("あいこくしん\u3000" * 11 + "あいこくしん", Kind.RECOVERY_PHRASE),
    ("的 一 是 在 不 了 有 和 人 这 中 大", Kind.RECOVERY_PHRASE),
    ("173318100420202811030206003219671559020207390105", Kind.RECOVERY_PHRASE),
    ("ur:crypto-seed/oeadgdstaslplabghydrpfmkbggufgludprfgmaotpiecffltnlpqdenos", Kind.RECOVERY_PHRASE),
    ("5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", Kind.KEY),
    ("KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617", Kind.KEY),
    ("S6c56bnXQiBjk9mqSYE7ykVQ7NzrRy", Kind.KEY),
    ("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", Kind.KEY),
    (XPRV, Kind.KEY),
    (f"wpkh({XPRV}/84h/0h/0h/0/*)", Kind.KEY),
    ("snoPBrXtMeMyMHUVTgbuqAfg1SUTb", Kind.KEY),
    ("SAV76USXIJOBMEQXPANUOQM6F5LIOTLPDIDVRJBFFE2MDJXG24TAPUU7", Kind.KEY),
    ("edsk3gUfUPyBSfrS9CCgmCiQsTCHGkviBDusMxDJstFtojtc1zcpsh", Kind.KEY),
    ("[" + ",".join(str(n) for n in range(64)) + "]", Kind.KEY),
    ("0123456789abcdef0123456789abcdef", Kind.KEY),
    ("6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg", Kind.KEYSTORE),
    (KEYSTORE, Kind.KEYSTORE),
    ("-----BEGIN EC PRIVATE KEY-----\nMHQCAQ", Kind.KEYSTORE),
    ("-----BEGIN ENCRYPTED PRIVATE KEY-----", Kind.KEYSTORE),
    ("AGE-SECRET-KEY-1QQQQQQQQQQQQQQ", Kind.KEYSTORE),
    (
        "ncryptsec1qgg9947rlpvqu76pj5ecreduf9jxhselq2nae2kghhvd5g7dgjtcxfqtd67p9m0w57lspw8gsq6yphnm8623nsl8xn9j4jdzz84zm3",
        Kind.KEYSTORE,
    ),
    ("cashuAeyJ0b2tlbiI6W119", Kind.CASHU),
    ("cashu:cashuBo2FteBtodHRw", Kind.CASHU),
    ("cashuA" + "eyJ0" * 3000, Kind.CASHU),
    ("otpauth://totp/Ashore:me?secret=JBSWY3DPEHPK3PXP&issuer=Ashore", Kind.AUTHENTICATOR),
    ("otpauth-migration://offline?data=CjEKCkhlbGxv", Kind.AUTHENTICATOR),
    ('{"tag":"withdrawRequest","callback":"https://s.example/cb","k1":"ab12"}', Kind.ANSWER),
    ("wc:8a5e5bdc-a0e4-4702-ba63-8f1a5655744f@1?bridge=https%3A%2F%2Fb.example&key=41791102", Kind.CONNECT),
    (
        "wc:7f6e504bfad60b485450578e05678ed3e8e8c4751d3c6160be17160d63ec90f9@2?relay-protocol=irn&symKey=587d",
        Kind.CONNECT,
    ),
    ("https://app.example/wc?uri=wc%3A7f6e504bfad60b48%402%3Fsymkey%3D12", Kind.CONNECT),
    ("WIFI:T:WPA;S:Harbour;P:secret;;", Kind.WIFI),
    ("ab" * 64, Kind.SIGNATURE),
    (NO_KEY, Kind.NO_STARK_KEY),
    (f"my key is {HASH}, keep it", Kind.DOUBTFUL),
    (f"pair with {NWC}", Kind.DOUBTFUL),
    (f"someapp:import?key={HASH}", Kind.DOUBTFUL),
    (f'{{"seed": "{HASH}"}}', Kind.DOUBTFUL),
    ("7" * 76, Kind.DOUBTFUL),
]

# What is for something else.
OTHER: list[tuple[str, Kind]] = [
    ("lnurlp://service.example/p", Kind.PAY),
    ("lnurlp:service.example/p", Kind.PAY),
    (encode_lnurl("https://service.example/p?tag=payRequest"), Kind.PAY),
    ("keyauth://service.example/login?tag=login&k1=00", Kind.AUTH),
    ("keyauth:service.example/login", Kind.AUTH),
    (encode_lnurl("https://service.example/?tag=login&k1=00"), Kind.AUTH),
    ("https://service.example/?tag=login&k1=00", Kind.AUTH),
    ("lnurlc://service.example/c", Kind.CHANNEL),
    (encode_lnurl("https://service.example/?tag=channelRequest"), Kind.CHANNEL),
    (encode_lnurl("https://service.example/?tag=hostedChannelRequest"), Kind.HOSTED_CHANNEL),
    (encode_lnurl("https://service.example/?tag=addressRequest"), Kind.ADDRESS_REQUEST),
    (encode_lnurl("https://service.example/?tag=news"), Kind.OTHER_TAG),
    ("satoshi@service.example", Kind.LIGHTNING_ADDRESS),
    ("lightning:satoshi@service.example", Kind.LIGHTNING_ADDRESS),
    ("lnbc150n1ps875y7pp5jv886ulk50nt0dm946867kn", Kind.BOLT11),
    ("lightning:LNBC25M1PVJLUEZYAQ4KU", Kind.BOLT11),
    ("bitcoin:?lightning=lnbc25m1pvjluezyaq4ku", Kind.BOLT11),
    ("lno1pg95zumgdaex2gr5v4ehg93pqgq8avkq3", Kind.BOLT12),
    ("bitcoin:?lno=lno1pg95zumg", Kind.BOLT12),
    ("₿satoshi@service.example", Kind.BIP353),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Kind.BITCOIN_ADDRESS),
    ("bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=0.1", Kind.BITCOIN_ADDRESS),
    ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", Kind.BITCOIN_ADDRESS),
    ("02" + "ab" * 32 + "@1.2.3.4:9735", Kind.NODE_ADDRESS),
    ("creqApWF0gaNhdGVub3N0", Kind.CASHU_REQUEST),
    ("npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg", Kind.NOSTR),
    ("nostr:npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg", Kind.NOSTR),
    ("cHNidP8BAHUCAAAAASaBcTce3/KF6Tet7qSze3gADAVmy7OtZGQXE8pCFxv2AAAAAAD+////", Kind.PSBT),
    ("70736274ff0100750200000001268171371edff285", Kind.PSBT),
    ("cHNidP8BAHUC" + "AAAA" * 2000, Kind.PSBT),
    (XPUB, Kind.XPUB),
    (ZPUB, Kind.XPUB),
    (f"wpkh([d34db33f/84h/0h/0h]{XPUB}/0/*)#cjjspncu", Kind.DESCRIPTOR),
    (
        "PM8TJTLJbPRGxSbc8EJi42Wrr6QbNSaSSVJ5Y3E4pbCYiTHUskHg13935Ubb7q8tx9GVbh2UuRnBc3WSyJHhUrw8KhprKnn9eDznYGieTzFcwQRya4GA",
        Kind.PAYMENT_CODE,
    ),
    (WRONG, Kind.BAD_ADDRESS),
    (ADDRESS[:-1], Kind.BAD_ADDRESS),
    (ADDRESS[2:], Kind.BAD_ADDRESS),
    ("0x" + "0" * 40, Kind.BAD_ADDRESS),
    (f"{ADDRESS[:20]}\u200b{ADDRESS[20:]}", Kind.BAD_ADDRESS),
    (f"ethereum:{WRONG}@1", Kind.BAD_ADDRESS),
    (f"ethereum:{TOKEN}@1/approve?address={ADDRESS}&uint256=1", Kind.BAD_ADDRESS),
    (f"ethereum:{TOKEN}@1/transfer?uint256=1", Kind.BAD_ADDRESS),
    (f"ethereum:sign-{ADDRESS}", Kind.BAD_ADDRESS),
    (f"lightning:{ADDRESS}", Kind.BAD_ADDRESS),
    ("XE7438O073KYGTWWZN0F2WZ0R8PX5ZPPZS", Kind.BAD_ADDRESS),
    ("XE81ETHXREGGAVOFYORK", Kind.BAD_ADDRESS),
    ("vitalik.eth", Kind.NAME),
    ("ethereum:vitalik.eth@1?value=1e18", Kind.NAME),
    ("someone.box", Kind.NAME),
    ("me.cb.id", Kind.NAME),
    (f"starknet:{STARK_KEY}", Kind.STARKNET),
    ("zklink:anything", Kind.ZKLINK),
    ("https://app.zk.link/withdraw", Kind.ZKLINK),
    ("reddio:anything", Kind.REDDIO),
    ("https://app.reddio.com/asset/12", Kind.REDDIO),
    (f"https://nobody.example/address/{ADDRESS}", Kind.EXPLORER),
    (f"https://etherscan.io.nobody.example/tx/0x{HASH}", Kind.EXPLORER),
    (f"https://etherscan.io/token/{TOKEN}", Kind.EXPLORER),
    ("23400429", Kind.NUMBER),
    ("1,240,500", Kind.NUMBER),
    ("0x02f8" + "ab" * 100, Kind.HEX),
    ("bip122:000000000019d6689c085ae165831e93:128Lkh3S7CkDTBZ8W7BbpsN3YYizJMp8p6", Kind.ACCOUNT_ELSEWHERE),
    ("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp:7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv", Kind.ACCOUNT_ELSEWHERE),
    ("solana:7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv?amount=1", Kind.OTHER_CHAIN),
    ("TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", Kind.OTHER_CHAIN),
    ("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", Kind.OTHER_CHAIN),
    ("GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN7", Kind.OTHER_CHAIN),
    ("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", Kind.OTHER_CHAIN),
    ("D7Y55r6Yoc1G8EECxkQ6SuSjTgGJJ7M6yD", Kind.OTHER_CHAIN),
    ("XpESxaUmonkq8RaLLp46Brx2K39ggQe226", Kind.OTHER_CHAIN),
    ("t1Hsc1LR8yKnbbe3twRp88p6vFfC5t7DLbs", Kind.OTHER_CHAIN),
    ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", Kind.OTHER_CHAIN),
    ("cosmos1hsk6jryyqjfhp5dhc55tc9jtckygx0eph6dd02", Kind.OTHER_CHAIN),
    ("addr1vpu5vlrf4xkxv2qpwngf6cjhtw542ayty80v8dyr49rf5eg0yu80w", Kind.OTHER_CHAIN),
    ("ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", Kind.OTHER_CHAIN),
    ("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", Kind.OTHER_CHAIN),
    ("EQDtFpEwcFAEcRe5mLVh2N6C0x-_hJEM7W61_JLnSF74p4q2", Kind.OTHER_CHAIN),
    (MONERO, Kind.OTHER_CHAIN),
    (f"monero:{MONERO}?tx_amount=1", Kind.OTHER_CHAIN),
    ("tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb", Kind.OTHER_CHAIN),
    ("litecoin:LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", Kind.OTHER_CHAIN),
    ("GB82 WEST 1234 5698 7654 32", Kind.BANK),
    ("DE89370400440532013000", Kind.BANK),
    ("BCD\n002\n1\nSCT\nBFSWDE33BER\nWikimedia", Kind.BANK),
    ("SPC\r\n0200\r\n1\r\nCH4431999123000889012", Kind.BANK),
    (PIX, Kind.BANK),
    ("upi://pay?pa=shop@bank&am=1", Kind.BANK),
    ("BEGIN:VCARD\nVERSION:3.0\nN:Doe;Jane\nEND:VCARD", Kind.CONTACT),
    ("MECARD:N:Doe,Jane;TEL:123;;", Kind.CONTACT),
    ("BEGIN:VEVENT\nSUMMARY:Tide\nEND:VEVENT", Kind.EVENT),
    ("mailto:jane@service.example?subject=hi", Kind.MAIL),
    ("tel:+441234567890", Kind.PHONE),
    ("SMSTO:+441234567890:hi", Kind.PHONE),
    ("geo:50.1,-5.2;u=10", Kind.PLACE),
    ("magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a", Kind.OTHER_PROGRAM),
    ("javascript:alert(1)", Kind.OTHER_PROGRAM),
    ("file:///etc/passwd", Kind.OTHER_PROGRAM),
    ("ashore:ashore:x", Kind.OTHER_PROGRAM),
    ("<p>Your gift</p>", Kind.WEB_PIECE),
    ('{"amount": 5}', Kind.DATA),
    ("UR:CRYPTO-PSBT/1-3/LPADAXCFAOEYCYADBNYLWFHDRE", Kind.PART),
    ("B$ZP0300FMUE4KXZZ7EZ", Kind.PART),
    (f"my voucher: {LINK[:-1]}x enjoy!", Kind.WITHIN),
    (LINK[:-1] + "qx", Kind.DAMAGED),
    (LINK[:20] + LINK[20:].upper(), Kind.DAMAGED),
    ("lnbc1garbage", Kind.DAMAGED),
    ("lightning:lnbc1garbage", Kind.DAMAGED),
    ("lnbc25m1pvjluezyaq4kv", Kind.DAMAGED),
    ("lnbc25m1PVJLUEZYAQ4KU", Kind.DAMAGED),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", Kind.DAMAGED),
    ("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx", Kind.DAMAGED),  # of BIP-173, not 350
    ("bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb?amount=0.1", Kind.DAMAGED),
    ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz", Kind.DAMAGED),
    ("npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptq", Kind.DAMAGED),
    ("ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4ny", Kind.DAMAGED),
    ("http://service.example/w", Kind.REFUSED),
    ("https://127.0.0.1/w", Kind.REFUSED),
    ("lnurlw://192.168.1.1/w", Kind.REFUSED),
    ("https://service.example\\@evil.example/", Kind.REFUSED),
    ("hello", Kind.UNKNOWN),
    ("AB12345678901234", Kind.UNKNOWN),
    ("localhost:8080", Kind.UNKNOWN),
    ("x" * 5000, Kind.TOO_LONG),
    ("€" * 2000, Kind.TOO_LONG),
    ("x" * (MOST_LOOKED_AT + 1), Kind.TOO_LONG),
    ("hello\u202eolleh", Kind.HIDDEN),
    ("https://shop.example/\u200bvoucher", Kind.HIDDEN),
    ("https://shop.example/\u202egnp.exe", Kind.HIDDEN),
    (" \u200b\n", Kind.EMPTY),
]


def shown(text: str) -> str:
    return text[:40]


@pytest.mark.parametrize(("text", "way", "kind"), LEADING, ids=lambda value: shown(str(value)))
def test_what_is_for_ashore_leads_to_its_place(text: str, way: Way, kind: Kind) -> None:
    found = take_in(text)
    assert (found.kind, found.way) == (kind, way)
    assert found.secret is (way is Way.RECEIVING)
    assert (found.recipient != "") is (way is Way.RECIPIENT)


@pytest.mark.parametrize(("text", "kind"), SECRET, ids=lambda value: shown(str(value)))
def test_what_opens_a_wallet_is_covered_and_leads_nowhere(text: str, kind: Kind) -> None:
    found = take_in(text)
    assert (found.kind, found.way, found.secret) == (kind, Way.NOWHERE, True)
    assert found.sentence.endswith(".")
    assert found.advice.endswith(".")


@pytest.mark.parametrize(("text", "kind"), OTHER, ids=lambda value: shown(str(value)))
def test_what_is_for_something_else_is_named(text: str, kind: Kind) -> None:
    found = take_in(text)
    assert (found.kind, found.way, found.secret) == (kind, Way.NOWHERE, False)
    assert not found.recipient
    assert not found.hash
    assert kind is Kind.EMPTY or (found.sentence.endswith(".") and found.advice.endswith("."))


def test_the_table_is_long_and_has_every_kind_but_those_of_two_systems() -> None:
    assert len(LEADING) + len(SECRET) + len(OTHER) >= 150
    tried = {kind for *_text, kind in (*LEADING, *SECRET, *OTHER)}
    assert tried == set(Kind)


def test_whoever_has_the_words_has_the_money() -> None:
    found = take_in(PHRASE)
    assert "whoever has these words has the money" in found.sentence
    assert "Clear it" in found.advice


@pytest.mark.parametrize("text", [text for text, *_rest in (*SECRET, *LEADING)], ids=shown)
def test_no_answer_repeats_a_secret(text: str) -> None:
    found = take_in(text)
    if found.secret:
        said = f"{found!r} {found.sentence} {found.advice}".lower()
        pieces = [piece for piece in text.replace("\u3000", " ").split() if len(piece) > 11] or [text]
        assert not any(piece.lower() in said for piece in pieces)


def test_a_checksum_is_what_makes_an_address_of_another_network_sure() -> None:
    for text, kind in OTHER:
        if kind is Kind.OTHER_CHAIN and ":" not in text:
            swapped = text[:8] + ("q" if text[8] != "q" else "p") + text[9:]
            assert take_in(swapped).kind is not Kind.OTHER_CHAIN, text


def test_what_a_link_of_ethereum_names_is_told_and_its_chain_is_passed_on() -> None:
    found = take_in(f"ethereum:{TOKEN}@42161/transfer?address={ADDRESS}&uint256=1e6")
    assert (found.recipient, found.chain_id) == (ADDRESS, 42161)
    assert "1000000 of the smallest units" in found.advice
    assert "Arbitrum One (chain 42161)" in found.advice
    assert "choose token and amount yourself" in found.advice
    assert take_in(ADDRESS).chain_id is None


@pytest.mark.parametrize(
    "text",
    [LINK, f"ashore:{LINK}", f"ashore://{LINK}", f" \u200bashore://open?text={LINK}\n", f"ASHORE://open/?link={LINK}"],
)
def test_what_surrounds_a_text_is_taken_off(text: str) -> None:
    assert unwrapped(text) == LINK


def test_practice_asks_no_page_and_names_the_rest_all_the_same() -> None:
    assert take_in("https://shop.example/voucher/12", Reach.PRACTICE).kind is Kind.REFUSED
    assert take_in(f"https://etherscan.io/address/{ADDRESS}", Reach.PRACTICE).way is Way.RECIPIENT
    assert take_in(PHRASE, Reach.PRACTICE).secret


heads = st.sampled_from(
    [
        "",
        "0x",
        "ethereum:",
        "lnurl1",
        "lightning:",
        "https://",
        "https://etherscan.io/tx/",
        "wc:",
        "ur:",
        "{",
        "[",
        "B$",
    ]
)
odd = st.text(max_size=120) | st.text("0123456789abcdefx:/?=&%@.-_ \n", max_size=300)


@given(heads, odd)
@example("", "\ud800")
@example("https://", "[::1")
def test_no_text_raises_and_each_has_an_answer(head: str, rest: str) -> None:
    found = take_in(head + rest)
    assert found.kind is Kind.EMPTY or found.sentence
    assert (found.way is Way.RECIPIENT) is bool(found.recipient)


@given(st.sampled_from([text for text, *_rest in LEADING if ADDRESS in text]), st.data())
def test_a_changed_address_never_leads_to_another(text: str, data: st.DataObject) -> None:
    start = text.index(ADDRESS)
    place = data.draw(st.integers(start + 2, start + len(ADDRESS) - 1))
    other = data.draw(st.sampled_from("0123456789abcdefABCDEF") | st.characters(codec="utf-8"))
    assert take_in(text[:place] + other + text[place + 1 :]).recipient in ("", ADDRESS)


LONGEST = [
    "a" * 4096,
    "a." * 2048,
    "a@" + "a." * 2000,
    "a-" * 2048,
    "abc " * 1024,
    "lnurl1" + "q" * 4000,
    "0" * 4096,
    "7" * 4096,
    "0x" + "f" * 4000,
    "https://" + "[" * 2000,
    "https://" + "a." * 1000,
    "https://a.b/?" + "lightning=&" * 370,
    "https://a.b/?" + "uri=" * 900,
    "https://a/wallet?" + "usr=&" * 700,
    "https://" + "é" * 1000 + ".example/",
    "https://xn--" + "a" * 2000 + "/",
    "bitcoin:?" + "&" * 4000,
    "lno1" + " +" * 2000,
    "ethereum:" + "-" * 4000,
    "ethereum:0x/transfer?" + "address=&" * 400,
    f"ethereum:{ADDRESS}?value=" + "9" * 3900,
    "eip155:1:0x" + "0" * 4000,
    "XE" + "9" * 4000,
    "{" + '"kdf' * 900,
    "{" + '"k1"' + " " * 4000,
    "[" + "1," * 2000,
    "[" * 4096,
    "ur:" + "a" * 4000,
    "wpkh(" + "xprv" * 900,
    "p1of1" * 800,
    "1," * 2048,
    "eyJ" * 1300,
    "eyJ" + "a" * 2000 + ".eyJ" + "a" * 2000,
    "private key " * 340,
    "?secret=" * 500,
    "nostr" * 800,
    "あ" * 1300,
    "あ " * 1000,
    "\u200b" * 1300 + "a",
    "é" * 2048,
    "%" * 4096,
    "ashore:" + "%3a" * 1300,
    "A" * 4095 + "=",
    "x" * MOST_LOOKED_AT,
    "lnurl1" * 160_000,
    '{"' * 400_000,
    '{"format":"ashore.receipt"' * 100_000,
    "ashore:receipt?" + "v=1&" * 200_000,
]


@pytest.mark.parametrize("text", LONGEST, ids=shown)
def test_the_longest_texts_take_no_time(text: str) -> None:
    best = min(_seconds(text) for _ in range(3))
    assert best < 0.005, f"{best * 1000:.1f} ms"


def _seconds(text: str) -> float:
    started = time.process_time()
    take_in(text)
    return time.process_time() - started


def test_every_kind_that_is_known_by_its_beginning_has_words() -> None:
    assert {kind for kind, _head in (*FOREIGN_HEADS, *SECRET_HEADS)} <= WORDS.keys()


def test_a_recognition_can_be_compared() -> None:
    assert take_in(ADDRESS) == Intake(
        Way.RECIPIENT, "This is an Ethereum address.", recipient=ADDRESS, kind=Kind.ADDRESS
    )
