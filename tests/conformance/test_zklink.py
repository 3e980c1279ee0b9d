"""zkLink's codec and mathematics against the outputs of the published packages."""

import hashlib
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data

from ashore.crypto import abi, altjubjub, event_logs, musig, rescue
from ashore.crypto.keccak import keccak256
from ashore.systems.zklink.codec import (
    AMOUNT,
    FEE,
    KEY_DERIVATION_TEXT,
    ChangePubKey,
    CodecError,
    EcdsaAuth,
    FloatFormat,
    Profile,
    Withdraw,
    change_pubkey_from_json,
    change_pubkey_text,
    change_pubkey_to_json,
    change_pubkey_typed_data,
    decode_change_pubkey,
    decode_core,
    encode_change_pubkey,
    encode_core,
    fee_ratio_text,
    layer1_signature_from_json,
    layer1_signature_to_json,
    read_change_pubkey,
    read_key_derivation,
    read_withdraw,
    signed_bytes,
    tx_hash,
    validate_withdraw,
    withdraw_from_json,
    withdraw_text,
    withdraw_to_json,
)
from ashore.systems.zklink.codec.l1 import events, hashes
from conformance.vector_files import OWN_FOLDER, load_file

Case = dict[str, Any]

VALIDATION_BASE = {
    "accountId": 4711,
    "subAccountId": 3,
    "toChainId": 9,
    "to": "0x" + "a5" * 20,
    "l2SourceToken": 17,
    "l1TargetToken": 17,
    "amount": "25000000000000000000",
    "fee": "2050",
    "nonce": 12,
    "withdrawFeeRatio": 25,
    "ts": 1750000000,
}


def raw(text: str) -> bytes:
    """Bytes of hex digits, with or without 0x."""
    return bytes.fromhex(text.removeprefix("0x"))


@lru_cache
def sign_text(private_key: str, text: str) -> bytes:
    return bytes(Account.sign_message(encode_defunct(text=text), private_key).signature)


@lru_cache
def layer2_key(eth_private_key: str) -> bytes:
    return musig.private_key_from_material(sign_text(eth_private_key, KEY_DERIVATION_TEXT))


# ---------------------------------------------------------------- constants and keys


def round_constants_digest() -> str:
    return hashlib.sha256(b"".join(value.to_bytes(32, "big") for value in rescue.round_constants())).hexdigest()


def all_ratio_texts() -> list[str]:
    return [fee_ratio_text(ratio) for ratio in range(10_001)]


def exact_ratio_text(ratio: int) -> str:
    text = format(Decimal(ratio) / 100, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


CONSTANTS: dict[str, Callable[[], object]] = {
    "sign_message": lambda: KEY_DERIVATION_TEXT,
    "field_p": lambda: str(altjubjub.FIELD_MODULUS),
    "subgroup_order_l": lambda: str(altjubjub.SUBGROUP_ORDER),
    "cofactor": lambda: str(altjubjub.COFACTOR),
    "edwards_a": lambda: "-1",
    "edwards_d": lambda: str(altjubjub.EDWARDS_D),
    "generator_x": lambda: str(altjubjub.GENERATOR.x),
    "generator_y": lambda: str(altjubjub.GENERATOR.y),
    "rescue_mds": lambda: [[str(value) for value in row] for row in rescue.MDS_MATRIX],
    "rescue_round_constants_sha256": round_constants_digest,
    "rescue_round_constant_0": lambda: str(rescue.round_constants()[0]),
    "rescue_round_constant_134": lambda: str(rescue.round_constants()[134]),
    "apex_ratio_text_sha256_of_all_10001_lines_joined_by_newline": lambda: hashlib.sha256(
        "\n".join(all_ratio_texts()).encode()
    ).hexdigest(),
    "apex_ratio_texts_that_differ_from_exact_decimals": lambda: sum(
        text != exact_ratio_text(ratio) for ratio, text in enumerate(all_ratio_texts())
    ),
}


@pytest.mark.vectors("zklink", "constants")
def test_constants(case: tuple[str, object]) -> None:
    name, expected = case
    if name not in CONSTANTS:
        pytest.skip(f"{name} is no parameter of the codec")
    assert CONSTANTS[name]() == expected


@pytest.mark.vectors("zklink", "keys")
def test_keys(case: Case) -> None:
    material = raw(case["eth_signature"])
    assert Account.from_key(case["eth_private_key"]).address == case["eth_address"]
    assert sign_text(case["eth_private_key"], read_key_derivation({}).texts[0]) == material
    private_key = musig.private_key_from_material(material)
    public_key = musig.public_key(private_key)
    assert private_key == raw(case["l2_private_key"])
    assert public_key == raw(case["l2_public_key"])
    assert musig.public_key_hash(public_key) == raw(case["pubkey_hash"])


@pytest.mark.vectors("zklink", "ikm_to_key")
def test_ikm_to_key(case: Case) -> None:
    derived = musig.derive_private_key(raw(case["ikm"]))
    public_key = musig.public_key(derived.private_key)
    assert derived == (raw(case["l2_private_key"]), case["sha256_rounds"])
    assert public_key == raw(case["l2_public_key"])
    assert musig.public_key_hash(public_key) == raw(case["pubkey_hash"])


@pytest.mark.vectors("zklink", "raw_musig")
def test_raw_musig(case: Case) -> None:
    private_key, message, signature = raw(case["l2_private_key"]), raw(case["msg"]), raw(case["signature"])
    assert musig.public_key(private_key) == raw(case["pub_key"])
    assert musig.sign(private_key, message) == signature
    assert musig.verify(raw(case["pub_key"]), signature, message)


@pytest.mark.vectors("zklink", "rescue_hash_orders")
def test_rescue_hash_orders(case: Case) -> None:
    assert rescue.rescue_hash_orders(raw(case["input178"])) == raw(case["hash31"])


# ---------------------------------------------------------------- packing


def check_packing(form: FloatFormat, case: Case) -> None:
    value = int(case["value"])
    assert form.is_packable(value) is case["packable"]
    if case["closest_down"] is None:
        with pytest.raises(CodecError):
            form.closest_packable_down(value)
    else:
        assert form.closest_packable_down(value) == int(case["closest_down"])
        assert form.pack(value) == raw(case["packed_closest_down"])
        assert form.unpack(raw(case["packed_closest_down"])) == int(case["closest_down"])
    if case["closest_up"] is None:
        with pytest.raises(CodecError):
            form.closest_packable_up(value)
    else:
        assert form.closest_packable_up(value) == int(case["closest_up"])


@pytest.mark.vectors("zklink", "fee_packing")
def test_fee_packing(case: Case) -> None:
    check_packing(FEE, case)


@pytest.mark.vectors("zklink", "amount_packing")
def test_amount_packing(case: Case) -> None:
    check_packing(AMOUNT, case)


# ---------------------------------------------------------------- Withdraw


def check_withdraw(case: Case, tx: Withdraw, profile: Profile, text: str) -> None:
    """Encoding, signature, text and hash of one transaction, as the form makes them and as the signer reads them."""
    private_key = layer2_key(case["eth_private_key"])
    symbol, message = case["token_symbol"], signed_bytes(tx, profile)
    assert message == raw(case["encoded"])
    assert tx_hash(tx, profile) == case["tx_hash"]
    assert withdraw_text(tx, symbol, profile) == text
    signature = raw(case["tx"]["signature"]["signature"])
    assert musig.public_key(private_key) == raw(case["tx"]["signature"]["pubKey"])
    assert musig.sign(private_key, message) == signature
    assert musig.verify(musig.public_key(private_key), signature, message)
    decoded = decode_core(encode_core(tx))
    assert encode_core(decoded) == encode_core(tx)
    if validate_withdraw(tx, profile):
        return
    reading = read_withdraw(
        {
            "profile": profile.value,
            "core": encode_core(tx).hex(),
            "symbol": symbol,
            "call_data": None if tx.call_data is None else tx.call_data.hex(),
        }
    )
    assert reading.l2_message == message
    assert reading.texts == (text,)
    assert reading.identifier == case["tx_hash"]
    assert reading.fields["amount"] == case["tx"]["amount"]


def check_layer1_signature(case: Case, text: str, form: Case) -> None:
    signature = sign_text(case["eth_private_key"], text)
    assert layer1_signature_to_json(signature) == form
    assert layer1_signature_from_json(form) == (signature, False)


@pytest.mark.vectors("zklink", "withdraw_v2")
def test_withdraw_v2(case: Case) -> None:
    wire = case["tx"]
    signed = withdraw_from_json(wire, Profile.V2)
    check_withdraw(case, signed.tx, Profile.V2, case["eth_message"])
    check_layer1_signature(case, case["eth_message"], case["layer1_signature"])
    assert signed.public_key is not None
    assert signed.signature is not None
    written = withdraw_to_json(
        signed.tx, Profile.V2, signed.public_key, signed.signature, sender=raw(wire["from"]) if "from" in wire else None
    )
    # This client sends addresses in the case in which it was given them.
    assert written == {name: value.lower() if name in ("to", "from") else value for name, value in wire.items()}
    # Profile main has the same bytes and the same text, with another meaning of byte 65.
    assert signed_bytes(signed.tx, Profile.MAIN) == raw(case["encoded"])
    assert withdraw_text(signed.tx, case["token_symbol"], Profile.MAIN) == case["eth_message"]


@pytest.mark.parametrize("profile", [Profile.X_APEX, Profile.X_ZKEX])
@pytest.mark.vectors("zklink", "withdraw_x")
def test_withdraw_x(case: Case, profile: Profile) -> None:
    wire = case["tx"]
    signed = withdraw_from_json(wire, profile)
    build = "apex" if profile is Profile.X_APEX else "zkex"
    if build not in case:
        pytest.skip(f"this case has no text of {build}")
    texts = case[build]
    check_withdraw(case, signed.tx, profile, texts["eth_message"])
    check_layer1_signature(case, texts["eth_message"], texts["layer1_signature"])
    assert signed.tx.call_data == (None if case["call_data"] is None else raw(case["call_data"]))
    assert (validate_withdraw(signed.tx, profile) == []) is case["sdk_is_valid"]
    assert signed.public_key is not None
    assert signed.signature is not None
    expected = dict(wire)
    if profile is Profile.X_ZKEX and expected["callData"] is None:
        del expected["callData"]
    assert withdraw_to_json(signed.tx, profile, signed.public_key, signed.signature) == expected


@pytest.mark.vectors("zklink", "apex_ratio_text")
def test_apex_ratio_text(case: Case) -> None:
    ratio = case["ratio"]
    assert fee_ratio_text(ratio) == case["text"]
    assert (fee_ratio_text(ratio) != exact_ratio_text(ratio)) is case["differs_from_exact_decimal"]


@pytest.mark.parametrize("profile", [Profile.X_APEX, Profile.X_ZKEX])
@pytest.mark.vectors("zklink", "validation_x")
def test_validation_x(case: Case, profile: Profile) -> None:
    base = (load_file("zklink") or {}).get("_about", {}).get("validation_x_base", VALIDATION_BASE)
    form = {"type": "Withdraw", "withdrawToL1": 0, "callData": None, **base, **case["change"]}
    try:
        accepted = validate_withdraw(withdraw_from_json(form, profile).tx, profile) == []
    except CodecError:
        accepted = False
    assert accepted is (case["is_valid"] is True)


# ---------------------------------------------------------------- ChangePubKey


@pytest.mark.vectors("zklink", "change_pubkey")
def test_change_pubkey(case: Case) -> None:
    private_key = layer2_key(case["eth_private_key"])
    encoded = raw(case["encoded"])
    tx = decode_change_pubkey(encoded)
    assert encode_change_pubkey(tx) == encoded
    assert tx_hash(tx, Profile.X_APEX) == tx_hash(tx, Profile.V2) == case["tx_hash"]
    assert tx.new_pubkey_hash == raw(case["new_pubkey_hash"])
    signature = musig.sign(private_key, encoded)
    assert musig.public_key_hash(musig.public_key(private_key)) == tx.new_pubkey_hash

    if "v2" in case:
        check_change_pubkey_v2(case, tx, signature)
    if "x" in case:
        check_change_pubkey_x(case, tx, signature)


def check_change_pubkey_v2(case: Case, tx: ChangePubKey, signature: bytes) -> None:
    wire, private_key = case["v2"]["tx"], case["eth_private_key"]
    typed_data = change_pubkey_typed_data(tx, raw(case["main_contract"]), case["layer_one_chain_id"])
    expected_typed_data = case["v2"]["eip712"]
    domain = expected_typed_data["domain"]
    domain = {**domain, "verifyingContract": domain["verifyingContract"].lower()}
    assert typed_data == {**expected_typed_data, "domain": domain}
    preimage = {
        "profile": "v2",
        "core": case["encoded"],
        "auth": "EthECDSA",
        "main_contract": case["main_contract"][2:].lower(),
        "layer_one_chain_id": case["layer_one_chain_id"],
    }
    assert read_change_pubkey(preimage).typed_data == typed_data
    signed = change_pubkey_from_json(wire)
    public_key = musig.public_key(layer2_key(private_key))
    assert (signed.tx, signed.public_key, signed.signature) == (tx, public_key, signature)
    if isinstance(signed.auth, EcdsaAuth):
        signable = encode_typed_data(full_message=typed_data)
        assert signed.auth.signature == bytes(Account.sign_message(signable, private_key).signature)
    account = raw(wire["account"]) if "account" in wire else None
    written = change_pubkey_to_json(tx, Profile.V2, signed.auth, public_key, signature, account=account)
    # This client keeps two inputs of its own in the object, and addresses in the case in which it was given them.
    expected = {name: value for name, value in wire.items() if name not in ("ethAuthType", "mainContract")}
    lowered = {name: expected[name].lower() for name in ("account", "newPkHash") if name in expected}
    assert written == {**expected, **lowered}


def check_change_pubkey_x(case: Case, tx: ChangePubKey, signature: bytes) -> None:
    private_key, text = case["eth_private_key"], case["x"]["eth_message"]
    public_key = musig.public_key(layer2_key(private_key))
    assert change_pubkey_text(tx) == text
    preimage = {"profile": "x-apex", "core": case["encoded"], "auth": "EthECDSA"}
    assert read_change_pubkey(preimage).texts == (text,)
    for name in case["x"].keys() - {"eth_message"}:
        wire = case["x"][name]
        signed = change_pubkey_from_json(wire)
        assert (signed.tx, signed.public_key, signed.signature) == (tx, public_key, signature)
        assert change_pubkey_to_json(tx, Profile.X_APEX, signed.auth, public_key, signature) == wire
        if isinstance(signed.auth, EcdsaAuth):
            assert signed.auth.signature == sign_text(private_key, text)


# ---------------------------------------------------------------- layer 1


def abi_value(abi_type: abi.AbiType, value: Any) -> abi.AbiValue:
    """A value of the vectors in the codec's own form."""
    match abi_type.kind:
        case "uint":
            return int(value)
        case "bool":
            return bool(value)
        case "tuple":
            return tuple(abi_value(part, item) for part, item in zip(abi_type.parts, value, strict=True))
        case "list":
            return tuple(abi_value(abi_type.parts[0], item) for item in value)
        case _:
            return raw(value)


@pytest.mark.vectors("zklink", "l1_calldata")
def test_l1_calldata(case: Case) -> None:
    types = abi.signature_types(case["function"])
    values = tuple(abi_value(abi_type, value) for abi_type, value in zip(types, case["args"], strict=True))
    assert abi.encode_call(case["function"], values) == raw(case["calldata"])
    assert abi.decode_call(case["function"], raw(case["calldata"])) == values


@pytest.mark.vectors("zklink", "l1_logs")
def test_l1_logs(case: Case) -> None:
    declaration, topics, data = case["event"], [raw(topic) for topic in case["topics"]], raw(case["data"])
    types = [abi_type for abi_type, _ in event_logs.event_types(declaration)]
    values = tuple(abi_value(abi_type, value) for abi_type, value in zip(types, case["values"], strict=True))
    assert event_logs.encode_event(declaration, values) == (topics, data)
    assert event_logs.decode_event(declaration, topics, data) == values
    event = events.decode_log(topics, data)
    if event is not None:
        assert tuple(getattr(event, name) for name in event.__slots__) == values


def withdraw_key(case: Case) -> hashes.WithdrawKey:
    return hashes.WithdrawKey(
        account_id=case["account_id"],
        sub_account_id=case["sub_account_id"],
        nonce=case["nonce"],
        owner=raw(case["owner"]),
        amount=int(case["amount_l1"]),
        withdraw_fee_ratio=case.get("ratio", 0),
    )


@pytest.mark.vectors("zklink", "l1_withdraw_hash")
def test_l1_withdraw_hash(case: Case) -> None:
    key = withdraw_key(case)
    if case["profile"] == "v2":
        found = hashes.withdraw_hash_v2(key, case["token_id"])
    else:
        found = hashes.withdraw_hash_x(key, raw(case["token"]))
    assert found == raw(case["hash"])


@pytest.mark.vectors("zklink", "l1_withdraw_with_call_hash")
def test_l1_withdraw_with_call_hash(case: Case) -> None:
    found = hashes.withdraw_with_call_hash(withdraw_key(case), raw(case["token"]), keccak256(raw(case["call_data"])))
    assert found == raw(case["hash"])


@pytest.mark.vectors("zklink", "l1_sync_hash")
def test_l1_sync_hash(case: Case) -> None:
    found = hashes.sync_hash_x(
        raw(case["previous"]), case["block_number"], raw(case["state_hash"]), raw(case["onchain_ops_hash"])
    )
    assert found == raw(case["sync_hash"])


@pytest.mark.vectors("zklink", "l1_selectors")
def test_l1_selectors(case: tuple[str, str]) -> None:
    signature, expected = case
    abi.signature_types(signature)
    assert abi.selector(signature) == raw(expected)


@pytest.mark.vectors("zklink", "l1_topics")
def test_l1_topics(case: tuple[str, str]) -> None:
    declaration, expected = case
    event_logs.event_types(declaration)
    assert event_logs.event_topic(declaration) == raw(expected)


def test_every_section_has_a_test(request: pytest.FixtureRequest) -> None:
    """The project's own copy is used up, whatever folder the other tests were pointed at."""
    markers = [getattr(value, "pytestmark", []) for value in vars(request.module).values()]
    tested = {marker.args[1] for marks in markers for marker in marks if marker.name == "vectors"}
    sections = load_file("zklink", OWN_FOLDER)
    assert sections is not None
    assert {name for name in sections if not name.startswith("_")} == tested
