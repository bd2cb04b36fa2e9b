"""Tokens of service accounts: who may ask for one, what it says, and who has signed it."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from local.kubernetes import ApiServer
from local.kubernetes.tokens import TokenIssuer, claims_of
from local.kubernetes.users import MASTERS, User
from local.kubernetes.verbs import Verbs
from local.kubernetes.wire import Answer, Request
from tests.local.kubernetes.shop import NOON, server

ISSUER = "https://oidc.eks.ap-northeast-1.amazonaws.com/id/B1"
PATH = "/api/v1/namespaces/shop/serviceaccounts/web/token"
VERIFIER, ADMIN = User("verifier", ("norikae:verify",)), User("admin", (MASTERS,))


@pytest.fixture
def api() -> ApiServer:
    made = server()
    made.create("namespaces", {"metadata": {"name": "shop"}})
    for name in ("web", "other"):
        made.create("serviceaccounts", {"metadata": {"name": name}}, namespace="shop")
    made.token_issuer = TokenIssuer(ISSUER, random.Random(7))  # noqa: S311 - a seeded world
    return made


def asked(api: ApiServer, path: str = PATH, user: User = ADMIN, method: str = "POST", **spec: Any) -> Answer:
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    headers = {"Authorization": "Bearer mine"}
    return Verbs(api, lambda _: user).answer(Request(method, path, headers, msgspec.json.encode(body)))


def test_a_token_says_whose_it_is_for_whom_and_until_when(api: ApiServer) -> None:
    answer = asked(api, audiences=["sts.amazonaws.com"], expirationSeconds=600)
    token = answer.content["status"]["token"]
    claims = claims_of(token)
    assert answer.code == 201
    assert claims is not None
    assert {key: claims[key] for key in ("iss", "sub", "aud", "exp")} == {
        "iss": ISSUER,
        "sub": "system:serviceaccount:shop:web",
        "aud": ["sts.amazonaws.com"],
        "exp": int(NOON) + 600,
    }
    assert answer.content["status"]["expirationTimestamp"] == "2026-11-24T12:10:00Z"


def test_only_its_own_issuer_has_signed_it(api: ApiServer) -> None:
    assert api.token_issuer is not None
    token = asked(api).content["status"]["token"]
    assert api.token_issuer.has_signed(token)
    assert not TokenIssuer(ISSUER, random.Random(8)).has_signed(token)  # noqa: S311 - a seeded world
    assert claims_of("no token") is None


def test_the_same_seed_gives_the_same_token(api: ApiServer) -> None:
    assert asked(api).content["status"]["token"] == asked(api).content["status"]["token"]


def test_less_than_ten_minutes_is_refused(api: ApiServer) -> None:
    answer = asked(api, expirationSeconds=599)
    assert answer.code == 422
    assert "may not specify a duration less than 10 minutes" in answer.content["message"]


def test_a_service_account_that_does_not_exist_has_no_token(api: ApiServer) -> None:
    assert asked(api, PATH.replace("web", "gone")).code == 404
    assert asked(api, method="GET").code == 405


def test_a_right_can_be_limited_to_names(api: ApiServer) -> None:
    rule = {"apiGroups": [""], "resources": ["serviceaccounts/token"], "resourceNames": ["web"], "verbs": ["create"]}
    group = "rbac.authorization.k8s.io"
    role = {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": "tokens"}, "rules": [rule]}
    subject = {"kind": "Group", "apiGroup": group, "name": "norikae:verify"}
    reference = {"apiGroup": group, "kind": "ClusterRole", "name": "tokens"}
    binding = {**role, "kind": "ClusterRoleBinding", "roleRef": reference, "subjects": [subject]}
    del binding["rules"]
    for obj in (role, binding):
        api.apply(obj, manager="me")
    assert asked(api, user=VERIFIER).code == 201
    assert asked(api, PATH.replace("web", "other"), VERIFIER).code == 403


def test_tokens_that_are_bound_to_a_pod_are_outside_the_scope(api: ApiServer) -> None:
    assert asked(api, boundObjectRef={"kind": "Pod", "name": "web-1"}).code == 501
    api.token_issuer = None
    assert asked(api).code == 501
