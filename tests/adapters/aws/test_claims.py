"""Claims over the wire: written only over what was read, found by cluster, forgotten in the end."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.adapters.aws.claims import DynamoClaims
from norikae.drain.claim import Claim, Wave
from norikae.drain.interruption import Hook
from norikae.errors import ConflictError

NOW, BLUE = 1_795_834_800.0, "demo-1-33"


@pytest.fixture
def claims(dynamodb: Any) -> DynamoClaims:
    return DynamoClaims(dynamodb, "runs", NOW)


def claim(number: int = 1, cluster: str = BLUE, **more: Any) -> Claim:
    known = {"cluster": cluster, "instance": f"i-{number:017x}", "episode": f"e{number}", "do": "drain"}
    times = {"began": NOW, "due": NOW, "deadline": NOW + 105}
    return msgspec.convert({**known, **times, "kind": "spot", "kinds": ["spot"], "budgets": "respect", **more}, Claim)


def finished(one: Claim) -> Claim:
    return msgspec.structs.replace(one, state="finished", outcome="drained", finished_at=NOW, told="drained")


def test_a_claim_is_read_as_it_was_written(claims: DynamoClaims) -> None:
    one = claim(hook={"group": "workers", "name": "drain", "token": "t"}, left=3)
    assert one.hook == Hook("workers", "drain", "t")
    assert claims.of(BLUE, one.instance) is None
    claims.write(one, instead_of=None)
    assert claims.of(BLUE, one.instance) == one
    assert claims.open(BLUE) == [one]


def test_of_two_that_saw_the_same_one_writes(claims: DynamoClaims) -> None:
    one = claim()
    claims.write(one, instead_of=None)
    with pytest.raises(ConflictError):
        claims.write(claim(left=5), instead_of=None)
    claims.write(claim(left=1), instead_of=one)
    with pytest.raises(ConflictError):
        claims.write(claim(left=2), instead_of=one)
    assert claims.of(BLUE, one.instance) == claim(left=1)


def test_what_is_finished_is_not_open_but_known_until_its_expiry(claims: DynamoClaims, dynamodb: Any) -> None:
    one, other = claim(1), claim(2)
    claims.write(one, instead_of=None)
    claims.write(other, instead_of=None)
    claims.write(finished(one), instead_of=one)
    assert claims.open(BLUE) == [other]
    assert claims.of(BLUE, one.instance) == finished(one)
    expiries = {item["sk"]["S"]: item.get("expires", {}).get("N") for item in dynamodb.scan(TableName="runs")["Items"]}
    assert expiries == {f"NODE#{one.instance}": str(int(NOW) + 7 * 86400), f"NODE#{other.instance}": None}


def test_an_end_that_was_not_told_is_found_until_it_is(claims: DynamoClaims) -> None:
    one = msgspec.structs.replace(finished(claim(1)), told="begun")
    quiet = msgspec.structs.replace(finished(claim(2)), outcome="gone", told="")
    claims.write(one, instead_of=None)
    claims.write(quiet, instead_of=None)
    assert (claims.unsettled(BLUE), claims.open(BLUE)) == ([one], [])
    claims.write(finished(claim(1)), instead_of=one)
    assert claims.unsettled(BLUE) == []


def test_a_claim_that_is_opened_again_does_not_expire(claims: DynamoClaims, dynamodb: Any) -> None:
    one = claim()
    claims.write(finished(one), instead_of=None)
    claims.write(one, instead_of=finished(one))
    assert claims.open(BLUE) == [one]
    (item,) = dynamodb.scan(TableName="runs")["Items"]
    assert "expires" not in item


def test_clusters_do_not_see_each_other(claims: DynamoClaims) -> None:
    claims.write(claim(1), instead_of=None)
    claims.write(claim(1, "demo-1-35-a"), instead_of=None)
    assert [one.cluster for one in claims.open(BLUE)] == [BLUE]


def test_hundreds_of_claims_are_all_found(claims: DynamoClaims) -> None:
    many = [claim(number, blocked_by=[f"chat/{'budget' * 40}-{place}" for place in range(20)]) for number in range(300)]
    for one in many:
        claims.write(one, instead_of=None)
    assert claims.open(BLUE) == many, "more than a page of a megabyte"


def test_a_wave_is_closed_once_whoever_closes_it(claims: DynamoClaims) -> None:
    assert claims.wave(BLUE) == Wave(number=1)
    claims.close(BLUE, Wave(number=1))
    claims.close(BLUE, Wave(number=1))
    assert claims.wave(BLUE) == Wave(number=2)
    claims.close(BLUE, Wave(number=2))
    claims.close(BLUE, Wave(number=1))
    assert claims.wave(BLUE) == Wave(number=3)
    assert claims.open(BLUE) == [], "a wave is no claim"
