"""Opening an account over HTTP: what the operator says is compared with what the wallet pinned."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.net.errors import NetError
from ashore.systems.base import Source
from ashore.systems.zklink.client.answers import BadAnswer
from ashore.systems.zklink.system.offer import ZkLinkOffer
from ashore.systems.zklink.system.opening import open_account
from unit.systems.zklink.node_stub import Node, Refusal, ordinary
from unit.systems.zklink.zklink_bench import DEPLOYMENT, ETHER, FEE, KEY_HASH, OWN, judged, problem

SOURCE = Source(DEPLOYMENT.id, 0, OWN.upper().replace("0X", "0x"), KEY_HASH.upper().replace("0X", "0x"))
Change = Callable[[Any], None]


def altered(method: str, change: Change) -> dict[str, Callable[..., Any]]:
    """An ordinary answer with something changed in it."""

    def answer(*params: Any) -> Any:
        value = ordinary()[method](*params)
        change(value)
        return value

    return {method: answer}


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    made = Node()
    yield made
    await made.http.aclose()


async def opened(node: Node, method: str, change: Change, key_hash: str = KEY_HASH) -> ZkLinkOffer:
    """What is offered where one answer is altered."""
    node.answers = {**ordinary(), **altered(method, change)}
    source = Source(SOURCE.profile, 0, SOURCE.address, key_hash)
    return await open_account(DEPLOYMENT, node.client, source, 99)


async def test_an_ordinary_account(node: Node) -> None:
    found = await open_account(DEPLOYMENT, node.client, SOURCE, 99)
    assert (found.account_id, found.address, found.opened_at) == (1042, OWN, 99)
    assert (found.active, found.own_key, found.blocked, found.notes) == (True, True, "", ())
    assert found.sub_accounts[0].nonce == 7
    assert found.sub_accounts[0].balances == {17: 1240 * ETHER + ETHER // 2}
    assert found.reserves[17, 1] == 5_000_000 * ETHER
    assert found.usd_reserves[17, 1] == 5_000_000 * ETHER
    assert node.calls["getTokenReserve"] > len(found.tokens) - 1, "asked for USD paid out as each stablecoin, too"
    assert found.fees[1, 17] == FEE, "5 gwei x 100,000 gas x 3200"
    assert all(not chain.problem for chain in found.chains.values())
    assert found.tokens[1].targets == (17, 19), "USD as any stablecoin"
    assert found.tokens[17].decimals == {1: 6, 2: 18}
    assert judged(found).ready
    assert node.requests == 6, "one read of a person's action, whatever is pinned"


async def test_an_account_that_cannot_withdraw(node: Node) -> None:
    cases: list[tuple[Change, str, str]] = [
        (lambda a: a.update(pubKeyHash="0x" + "00" * 20), KEY_HASH, "not activated"),
        (lambda a: a.update(pubKeyHash="0x" + "77" * 20), KEY_HASH, "Another layer-2 key"),
        (lambda a: None, "0x" + "77" * 20, "Another layer-2 key"),
        (lambda a: a.update(address="0x" + "66" * 20), KEY_HASH, "another account"),
    ]
    for change, key_hash, said in cases:
        found = await opened(node, "getAccount", change, key_hash)
        assert said in found.blocked
        assert said in problem(judged(found), "account").sentence
        lacks_the_key = "another account" not in said
        assert found.key_chain == (1 if lacks_the_key else None), "only then is registering one's key offered"


async def test_a_node_that_changes_no_keys(node: Node) -> None:
    def refuse() -> None:
        raise Refusal(-32601, "Method not found")

    for answer in (refuse, lambda: "x", lambda: 256):
        node.answers = {
            **ordinary(),
            **altered("getAccount", lambda a: a.update(pubKeyHash="0x" + "00" * 20)),
            "getChangePubkeyChainId": answer,
        }
        found = await open_account(DEPLOYMENT, node.client, SOURCE, 99)
        assert "not activated" in found.blocked
        assert found.key_chain is None


async def test_without_a_key_of_its_own_there_is_none_to_register(node: Node) -> None:
    found = await opened(node, "getAccount", lambda a: a.update(pubKeyHash="0x" + "00" * 20), key_hash="")
    assert found.key_chain is None


async def test_a_chain_that_is_not_as_pinned_is_shut(node: Node) -> None:
    cases: list[tuple[str, Change, str]] = [
        ("getSupportChains", lambda c: c.pop(0), "does not list Harbour"),
        ("getSupportChains", lambda c: c[0].update(mainContract="0x" + "66" * 20), "another contract"),
        ("getSupportChains", lambda c: c[0].update(layerOneChainId=1), "another chain by Harbour: number 1"),
        ("getSupportTokens", lambda t: t["17"]["chains"]["1"].update(decimals=18), "USDC on Harbour otherwise"),
        ("getSupportTokens", lambda t: t["17"]["chains"]["1"].update(address="0x" + "66" * 20), "otherwise"),
    ]
    for method, change, said in cases:
        found = await opened(node, method, change)
        assert said in found.chains[1].problem
        assert said in problem(judged(found), "chain").sentence
        assert not found.chains[2].problem
        assert judged(found, chain="2").ready


async def test_what_the_operator_adds_or_hides(node: Node) -> None:
    found = await opened(node, "getAccountBalances", lambda b: b["0"].update({"99": "5", "98": "0"}))
    assert found.notes == ("This account also holds token 99, which Ashore does not know.",)
    found = await opened(node, "getSupportTokens", lambda t: t["17"].update(symbol="USDC\u202e"))
    assert 17 not in found.tokens, "another symbol is another token"
    assert "token" in problem(judged(found), "source_token").sentence
    found = await opened(node, "getSupportTokens", lambda t: t["17"]["chains"].pop("1"))
    assert problem(judged(found), "target_token").advice == "It exists on Strait."
    found = await opened(node, "getAccountBalances", lambda b: b.update({"40": {"17": "5"}}))
    assert 40 not in found.sub_accounts, "there are 32"


async def test_no_price_breaks_the_form(node: Node) -> None:
    for price in ("0", "-1", "1e30", "", None, "9" * 40, "0." + "0" * 17 + "1", [], "NaN", "１"):
        for token in ("17", "33"):

            def priced(tokens: Any, token: str = token, price: object = price) -> None:
                tokens[token].update(usdPrice=price)

            quote = judged(await opened(node, "getSupportTokens", priced))
            assert quote.ready or problem(quote, "fee") or problem(quote, "amount")


async def test_an_account_that_does_not_exist(node: Node) -> None:
    def unknown(_who: object) -> None:
        raise Refusal(201, "account not found")

    node.answers["getAccount"] = unknown
    with pytest.raises(AshoreError) as refused:
        await open_account(DEPLOYMENT, node.client, SOURCE, 1)
    assert refused.value.sentence == "zkLink has no account for this address."


async def test_what_cannot_be_understood_opens_nothing(node: Node) -> None:
    senseless = (None, "x", 5, [[]], [None], {"a": None}, {"0": {"17": "-1"}}, {"0": {"17": 1.5}})
    for method in ("getSupportChains", "getSupportTokens", "getAccount", "getAccountBalances"):
        for answer in senseless:
            node.answers = {**ordinary(), method: lambda *_, answer=answer: answer}
            with pytest.raises(BadAnswer) as failed:
                await open_account(DEPLOYMENT, node.client, SOURCE, 1)
            assert failed.value.advice
    node.answers = {**ordinary(), "getSupportChains": list, "getSupportTokens": dict}
    assert not judged(await open_account(DEPLOYMENT, node.client, SOURCE, 1)).ready


async def test_a_node_that_refuses_reserves_is_got_by_without(node: Node) -> None:
    def refuse(*_: object) -> None:
        raise Refusal(500, "\u202einternal")

    node.answers["getTokenReserve"] = refuse
    found = await open_account(DEPLOYMENT, node.client, SOURCE, 1)
    assert found.reserves == {}
    assert judged(found).ready
    node.answers["getSupportChains"] = refuse
    with pytest.raises(NetError) as failed:
        await open_account(DEPLOYMENT, node.client, SOURCE, 1)
    assert "\u202e" not in str(failed.value)
