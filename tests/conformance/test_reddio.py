"""Reddio's codec and the STARK curve against the outputs of the published packages and of the real client."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from ashore.crypto import abi, event_logs, stark
from ashore.crypto.stark import Derivation, Signature
from ashore.domain.amounts import parse_amount
from ashore.systems.reddio.codec import (
    Asset,
    AssetKind,
    CodecError,
    KeyRequest,
    KnownDerivation,
    Transfer,
    asset_info,
    contract_fields,
    decode_core,
    encode_core,
    hex_of,
    key_typed_data,
    message_hash,
    preimage_of,
    private_keys,
    quantise,
    read_asset_info,
    read_mint_blob,
    read_withdrawal_to,
    unquantise,
    withdrawal_to_body,
)
from ashore.systems.reddio.codec import reading as readers
from ashore.systems.reddio.codec.l1 import calls, events, facts, public_input
from conformance.vector_files import OWN_FOLDER, load_file

Case = dict[str, Any]


def raw(text: str) -> bytes:
    """Bytes of hex digits after 0x."""
    return bytes.fromhex(text.removeprefix("0x"))


def number(text: str) -> int:
    """A field element of the vectors."""
    return int(text, 16)


def signature_of(case: Case) -> Signature:
    return Signature(number(case["r"]), number(case["s"]))


# ---------------------------------------------------------------- keys


@lru_cache
def sign_key_request(private_key: str, chain_id: int, type_name: str) -> bytes:
    reading = readers.read_key_derivation({"chain_id": chain_id, "type_name": type_name})
    assert reading.typed_data == key_typed_data(KeyRequest(chain_id, type_name))
    return bytes(Account.sign_typed_data(private_key, full_message=dict(reading.typed_data)).signature)


def check_key_request(case: Case) -> KeyRequest:
    """The typed data, its digest and the Ethereum signature of it."""
    chain_id, type_name = case["chain_id"], case["eip712_type_name"]
    request = KeyRequest(chain_id, type_name)
    assert Account.from_key(case["eth_private_key"]).address == case["eth_address"]
    signable = encode_typed_data(full_message=key_typed_data(request))
    signed = Account.sign_message(signable, case["eth_private_key"])
    assert signed.message_hash == raw(case["eip712_digest"])
    assert sign_key_request(case["eth_private_key"], chain_id, type_name) == raw(case["eth_signature"])
    return request


@pytest.mark.vectors("reddio", "key_derivation")
def test_key_derivation(case: Case) -> None:
    request = check_key_request(case)
    key = stark.derive_key(raw(case["eth_signature"]))
    assert (hex_of(key.private_key), key.counter) == (case["stark_private_key"], case["counter"])
    assert hex_of(stark.public_key(key.private_key)) == case["stark_key"]
    first, *_ = private_keys(request, raw(case["eth_signature"])).items()
    assert first == (KnownDerivation(request), key.private_key)


@pytest.mark.vectors("reddio", "key_derivation_leading_zero")
def test_key_derivation_leading_zero(case: Case) -> None:
    request, signature = check_key_request(case), raw(case["eth_signature"])
    expected = {
        Derivation.STANDARD: ("stark_private_key", "stark_key"),
        Derivation.BYTE_STRIPPED: ("byte_stripped_private_key", "byte_stripped_stark_key"),
        Derivation.NIBBLE_SHIFTED: ("nibble_shifted_private_key", "nibble_shifted_stark_key"),
    }
    for derivation, (private_name, public_name) in expected.items():
        key = stark.derive_key(signature, derivation).private_key
        assert (hex_of(key), hex_of(stark.public_key(key))) == (case[private_name], case[public_name])
    assert stark.derive_key(signature).counter == case["counter"]
    discovered = {hex_of(key) for key in private_keys(request, signature).values()}
    assert discovered == {case[private_name] for private_name, _ in expected.values()}


# ---------------------------------------------------------------- hash and signature


@pytest.mark.vectors("reddio", "pedersen")
def test_pedersen(case: Case) -> None:
    assert hex_of(stark.pedersen_hash(number(case["a"]), number(case["b"]))) == case["hash"]


@pytest.mark.vectors("reddio", "sign_plain")
def test_sign_plain(case: Case) -> None:
    private_key, hashed = number(case["stark_private_key"]), number(case["msg_hash"])
    assert hex_of(stark.public_key(private_key)) == case["stark_key"]
    assert stark.sign(private_key, hashed) == signature_of(case)
    assert stark.verify(number(case["stark_key"]), hashed, signature_of(case))


@pytest.mark.vectors("reddio", "sign_k_divergence")
def test_sign_k_divergence(case: Case) -> None:
    stark_key, hashed = number(case["stark_key"]), number(case["msg_hash"])
    strict, javascript = (Signature(*map(number, case[name])) for name in ("strict_rfc6979", "javascript"))
    assert stark.sign(number(case["stark_private_key"]), hashed) == strict != javascript
    assert stark.verify(stark_key, hashed, strict)
    assert stark.verify(stark_key, hashed, javascript)


@pytest.mark.vectors("reddio", "verify_verdicts")
def test_verify_verdicts(case: Case) -> None:
    assert stark.verify(number(case["stark_key"]), number(case["msg_hash"]), signature_of(case)) is case["valid"]


# ---------------------------------------------------------------- transfers


def transfer_of(case: Case) -> Transfer:
    return Transfer(
        asset_id=number(case["asset_id"]),
        receiver=number(case["receiver"]),
        sender_vault_id=case["sender_vault_id"],
        receiver_vault_id=case["receiver_vault_id"],
        amount=int(case["amount"]),
        nonce=case["nonce"],
        expiration_hours=case["expiration_timestamp"],
        condition=number(case["condition"]) if "condition" in case else None,
    )


def hash_with_fee(case: Case) -> int:
    """The form with a fee, which StarkEx knows and Reddio uses for orders alone: no part of the product."""
    fee = case["fee"]
    vaults = case["sender_vault_id"] << 64 | case["receiver_vault_id"]
    first = (vaults << 64 | fee["fee_vault_id"]) << 32 | case["nonce"]
    kind = 5 if "condition" in case else 4
    second = ((kind << 64 | int(case["amount"])) << 64 | int(fee["fee_limit"])) << 32 | case["expiration_timestamp"]
    parts = [number(fee["fee_token"]), number(case["receiver"])]
    parts += [number(case["condition"])] if "condition" in case else []
    hashed = number(case["asset_id"])
    for part in (*parts, first, second << 81):
        hashed = stark.pedersen_hash(hashed, part)
    return hashed


@pytest.mark.vectors("reddio", "transfers")
def test_transfers(case: Case) -> None:
    private_key, stark_key = number(case["stark_private_key"]), number(case["stark_key"])
    if "fee" in case:
        hashed = hash_with_fee(case)
        assert message_hash(transfer_of(case)) != hashed
    else:
        transfer = transfer_of(case)
        hashed = message_hash(transfer)
        assert decode_core(encode_core(transfer)) == transfer
    assert hex_of(hashed) == case["msg_hash"]
    assert hex_of(stark.public_key(private_key)) == case["stark_key"]
    assert stark.verify(stark_key, hashed, signature_of(case))
    own = stark.sign(private_key, hashed)
    assert stark.verify(stark_key, hashed, own)
    assert (own == signature_of(case)) is case["rfc6979_strict_gives_the_same"]


# ---------------------------------------------------------------- assets


def asset_of(case: Case) -> Asset:
    return Asset(
        AssetKind(case["type"]),
        raw(case.get("token_address", "0x")),
        int(case["quantum"]),
        int(case["token_id"]) if "token_id" in case else None,
        case.get("token_url"),
    )


@pytest.mark.vectors("reddio", "assets")
def test_assets(case: Case) -> None:
    asset = asset_of(case)
    assert hex_of(asset.asset_type) == case["asset_type"]
    assert hex_of(asset.asset_id) == case["asset_id"]
    info = asset_info(asset.kind, asset.token)
    assert info == raw(case["asset_info"])
    kind, token = read_asset_info(info)
    assert (asset_info(kind, token), token) == (info, asset.token)
    assert asset.mint_blob == raw(case.get("blob", "0x"))
    if asset.mint_blob:
        assert read_mint_blob(asset.mint_blob) == (asset.token_id, asset.token_url)


# ---------------------------------------------------------------- the real client's requests


def asset_of_call(call: Case) -> Asset:
    return Asset(
        AssetKind(call["type"]),
        raw(call.get("contract_address", "0x")),
        int(call["quantum"]),
        call.get("token_id"),
    )


def request_of(case: Case, path: str) -> Case:
    (found,) = [request for request in case["requests"] if request["path"] == path]
    return found


def mutated(body: Case) -> Iterator[Case]:
    """The same body with one field that is signed changed by the least that it can be."""
    flipped = body["receiver"][:-1] + ("1" if body["receiver"][-1] != "1" else "2")
    other_asset = hex_of(number(body["asset_id"]) ^ 1)
    other_key = hex_of(stark.public_key(7))
    changes: Case = {
        "asset_id": other_asset,
        "receiver": flipped.lower(),
        "amount": str(int(body["amount"]) + 1),
        "vault_id": str(int(body["vault_id"]) + 1),
        "receiver_vault_id": str(int(body["receiver_vault_id"]) - 1),
        "nonce": body["nonce"] - 1 if body["nonce"] else 1,
        "expiration_timestamp": body["expiration_timestamp"] - 1,
        "stark_key": other_key,
        "signature": {**body["signature"], "r": hex_of(number(body["signature"]["r"]) ^ 1)},
    }
    for name, value in changes.items():
        yield {**body, name: value}
    yield {**body, "signature": {**body["signature"], "s": hex_of(number(body["signature"]["s"]) ^ 1)}}


@pytest.mark.vectors("reddio", "withdrawalto_http")
def test_withdrawalto_http(case: Case) -> None:
    call, body = case["call"], json.loads(request_of(case, "/v1/withdrawalto")["raw_body"])
    asset = asset_of_call(call)
    private_key = number(case["stark_private_key"])
    eth_signature = sign_key_request(case["eth_private_key"], case["chain_id"], "reddio")
    assert stark.derive_key(eth_signature).private_key == private_key
    assert hex_of(asset.asset_type) == call["asset_type"]
    assert hex_of(asset.asset_id) == body["asset_id"]
    quanta = quanta_of(call, asset)
    assert str(quanta) == body["amount"]

    signed = read_withdrawal_to(body)
    assert signed.transfer == Transfer(
        asset_id=asset.asset_id,
        receiver=number(call["receiver"]),
        sender_vault_id=int(call["vault_ids"][0]),
        receiver_vault_id=int(call["vault_ids"][1]),
        amount=quanta,
        nonce=call["nonce"],
        expiration_hours=4194303,
    )
    assert hex_of(message_hash(signed.transfer)) == case["msg_hash"]
    assert hex_of(signed.stark_key) == hex_of(stark.public_key(private_key)) == body["stark_key"]
    assert signed.is_signed

    # Our body is the client's, and the fields of the original page that the client leaves out.
    own = withdrawal_to_body(signed.transfer, asset, signed.stark_key, signed.signature)
    assert own == {**body, **contract_fields(asset)}
    assert read_withdrawal_to(own).transfer == signed.transfer

    reading = readers.read_withdrawal_to(preimage_of(signed.transfer, asset, "1:reddio:standard", signed.stark_key))
    assert reading.l2_message == number(case["msg_hash"]).to_bytes(32, "big")
    assert reading.fields["amount"] == str(unquantise(quanta, asset.quantum))
    check_earlier_requests(case, asset, body)


def quanta_of(call: Case, asset: Asset) -> int:
    if not asset.kind.is_fungible:
        return 1
    return quantise(parse_amount(call["amount"], call["decimals"]), asset.quantum, call["decimals"])


def check_earlier_requests(case: Case, asset: Asset, body: Case) -> None:
    info, vaults = request_of(case, "/v1/contract_info")["query"], request_of(case, "/v1/vaults")["query"]
    # That version of the client still asked by an older name for what mints.
    assert info["type"] in (asset.kind.value, "MINTABLE_ERC721" if asset.kind.is_mintable else "")
    assert info["contract_address"] == contract_fields(asset)["contract_address"]
    assert vaults == {"stark_keys": f"{body['stark_key']},{body['receiver']}", "asset_id": hex_of(asset.asset_id)}
    assert request_of(case, "/v1/nonce")["query"] == {"stark_key": body["stark_key"]}


@pytest.mark.vectors("reddio", "withdrawalto_http")
def test_withdrawalto_http_with_one_field_changed(case: Case) -> None:
    body = json.loads(request_of(case, "/v1/withdrawalto")["raw_body"])
    accepted = []
    for changed in mutated(body):
        try:
            if read_withdrawal_to(changed).is_signed:
                accepted.append(changed)
        except CodecError as error:
            # Only a number that leaves its range: the highest vault id and its successor.
            assert "range" in str(error)  # noqa: PT017
            assert body["vault_id"] == "2147483647" or body["receiver_vault_id"] == "2147483647"
    assert accepted == []


# ---------------------------------------------------------------- layer 1


def abi_value(abi_type: abi.AbiType, value: Any) -> abi.AbiValue:
    """A value of the vectors in the codec's own form."""
    match abi_type.kind:
        case "uint":
            return int(value)
        case "list":
            return tuple(abi_value(abi_type.parts[0], item) for item in value)
        case _:
            return raw(value)


@pytest.mark.vectors("reddio", "l1_calldata")
def test_l1_calldata(case: Case) -> None:
    types = abi.signature_types(case["function"])
    values = tuple(abi_value(abi_type, value) for abi_type, value in zip(types, case["args"], strict=True))
    calldata = raw(case["calldata"])
    assert abi.encode_call(case["function"], values) == calldata
    assert abi.decode_call(case["function"], calldata) == values
    if case["function"].startswith("withdraw"):
        claim = calls.decode_claim(calldata)
        assert calls.encode_claim(claim) == calldata
        token_id = () if claim.token_id is None else (claim.token_id,)
        blob = (claim.mint_blob,) if claim.mint_blob else ()
        assert (claim.owner_key, claim.asset_type, *token_id, *blob) == values
    else:
        with pytest.raises(CodecError):
            calls.decode_claim(calldata)


@pytest.mark.vectors("reddio", "l1_logs")
def test_l1_logs(case: Case) -> None:
    declaration, topics, data = case["event"], [raw(topic) for topic in case["topics"]], raw(case["data"])
    types = [abi_type for abi_type, _ in event_logs.event_types(declaration)]
    values = tuple(abi_value(abi_type, value) for abi_type, value in zip(types, case["values"], strict=True))
    assert event_logs.encode_event(declaration, values) == (topics, data)
    event = events.decode_log(topics, data)
    assert event is not None
    assert tuple(getattr(event, name) for name in event.__slots__) == values


@pytest.mark.vectors("reddio", "l1_gps_fact")
def test_l1_gps_fact(case: Case) -> None:
    found = facts.verifier_fact(number(case["program_hash"]), raw(case["state_transition_fact"]))
    assert found == raw(case["gps_fact"])


@pytest.mark.vectors("reddio", "l1_state_transition_fact")
def test_l1_state_transition_fact(case: Case) -> None:
    words = tuple(int(word) for word in case["public_input"])
    assert facts.state_transition_fact(words) == raw(case["fact"])
    decoded = public_input.decode_public_input(words)
    assert public_input.encode_public_input(decoded) == words
    assert len(decoded.modifications) == words[11]
    assert decoded.withdrawals == tuple(change for change in decoded.modifications if change.difference < 0)


@pytest.mark.vectors("reddio", "l1_registration_hash")
def test_l1_registration_hash(case: Case) -> None:
    found = facts.registration_hash(raw(case["eth_address"]), number(case["stark_key"]))
    assert hex_of(found) == case["msg_hash"]


def declared(module: object) -> set[str]:
    """The functions or logs that a module of the codec declares."""
    return {value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.vectors("reddio", "l1_selectors")
def test_l1_selectors(case: tuple[str, str]) -> None:
    signature, expected = case
    assert signature in declared(calls)
    assert abi.selector(signature) == raw(expected)
    abi.signature_types(signature)


@pytest.mark.vectors("reddio", "l1_topics")
def test_l1_topics(case: tuple[str, str]) -> None:
    declaration, expected = case
    assert declaration in declared(events)
    assert event_logs.event_topic(declaration) == raw(expected)
    event_logs.event_types(declaration)


def test_every_section_has_a_test(request: pytest.FixtureRequest) -> None:
    """The project's own copy is used up, whatever folder the other tests were pointed at."""
    markers = [getattr(value, "pytestmark", []) for value in vars(request.module).values()]
    tested = {marker.args[1] for marks in markers for marker in marks if marker.name == "vectors"}
    sections = load_file("reddio", OWN_FOLDER)
    assert sections is not None
    assert {name for name in sections if not name.startswith("_")} == tested
