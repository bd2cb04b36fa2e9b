"""A function opens a connection to a load balancer's name and gets what a user would get."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.aws.elbv2 import ElbSimulator
from local.aws.identities import Identities
from local.edge.alb import Alb
from local.edge.alb_controller import AlbController
from local.edge.certificates import Authority, CertificateStore
from local.edge.front_door import FrontDoor
from local.kernel import Kernel
from local.runtime import LambdaRuntime
from tests.local.edge.alb_cluster import ALB, HandmadeCluster

ARN = "arn:aws:acm:ap-northeast-1:123456789012:certificate/web"
FUNCTION = "arn:aws:lambda:ap-northeast-1:123456789012:function:ask"
CODE = """
    import ssl, time, urllib3

    def handler(event, context):
        name, host = event["name"], event["host"]
        if event["tls"]:
            more = {"ssl_context": ssl.create_default_context(), "server_hostname": host, "assert_hostname": host}
            pool = urllib3.HTTPSConnectionPool(name, event.get("port", 443), **more)
        else:
            pool = urllib3.HTTPConnectionPool(name, event.get("port", 80))
        began = time.time()
        try:
            answer = pool.request("GET", event["path"], headers={"Host": host}, redirect=False, retries=False)
        except urllib3.exceptions.HTTPError as error:
            return {"error": type(error).__name__, "text": str(error)}
        return {"status": answer.status, "server": answer.headers["Server"], "seconds": time.time() - began}
"""


class House:
    """A cluster behind load balancers, and a function that knocks."""

    def __init__(self, folder: Path) -> None:
        self.kernel = Kernel(seed=7)
        self.elb = ElbSimulator(self.kernel, account="123456789012", region="ap-northeast-1")
        alb = Alb(self.kernel, self.elb)
        self.cluster = HandmadeCluster(self.kernel)
        self.cluster.controller()
        self.controller = AlbController(self.kernel, self.cluster, self.elb, "demo-1-33")
        alb.attach("demo-1-33", self.cluster)
        self.certificates = CertificateStore(Authority(seed=7))
        self.elb.has_certificate = lambda arn: bool(self.certificates.names(arn))
        self.door = FrontDoor(self.kernel, self.elb, alb, self.certificates)
        self.runtime = LambdaRuntime(self.kernel, identities=Identities(), region="ap-northeast-1")
        self.runtime.front_url = "http://127.0.0.1:9"
        self.runtime.network.resolve = self.door.resolve
        self.runtime.variables = {"SSL_CERT_FILE": str(self.certificates.authority.file())}
        (folder / "own_code.py").write_text(textwrap.dedent(CODE))
        self.runtime.register(FUNCTION, folder, "own_code.handler", {}, 30.0, "arn:aws:iam::123456789012:role/ask")

    def ask(self, app: str = "web", *, host: str = "", name: str = "", tls: bool = False) -> dict[str, Any]:
        name, host = name or self.cluster.hostname(app), host or f"{app}.example.com"
        event = {"name": name, "host": host, "tls": tls, "path": "/"}
        outcome = self.kernel.run(self.kernel.process(self.runtime.invoke(FUNCTION, event)))
        assert not outcome.error_type, outcome
        answer: dict[str, Any] = outcome.payload
        return answer

    def close(self) -> None:
        self.runtime.close()
        self.door.close()
        self.certificates.authority.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """``web`` over HTTP, and ``shop`` over HTTPS with a redirect; the processes behind it are expensive."""
    made = House(tmp_path_factory.mktemp("bundle"))
    made.certificates.hold(ARN, "*.example.com")
    made.cluster.application("web")
    https = {f"{ALB}listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]', f"{ALB}ssl-redirect": "443"}
    made.cluster.application("shop", annotations={**https, f"{ALB}certificate-arn": ARN})
    made.kernel.run(120)
    yield made
    made.close()


def test_a_pod_answers_and_the_request_takes_time(house: House) -> None:
    answer = house.ask()
    assert (answer["status"], answer["server"]) == (200, "pod")
    assert 0.004 <= answer["seconds"] <= 0.04


def test_a_host_without_a_rule_is_answered_by_the_load_balancer_itself(house: House) -> None:
    answer = house.ask(host="nobody.example.com")
    assert (answer["status"], answer["server"]) == (404, "awselb/2.0")


def test_a_pod_that_refuses_is_told_by_the_load_balancer(house: House) -> None:
    house.cluster.silent |= {"10.0.0.1", "10.0.0.2"}
    answer = house.ask()
    house.cluster.silent.clear()
    assert answer["server"] == "awselb/2.0"
    assert answer["status"] in {502, 504}


def test_a_port_without_a_listener_refuses_the_connection(house: House) -> None:
    assert house.ask(tls=True)["error"] == "NewConnectionError"


def test_a_name_that_no_load_balancer_has_does_not_exist(house: House) -> None:
    answer = house.ask(name="gone.ap-northeast-1.elb.amazonaws.com")
    assert answer["error"] == "NameResolutionError"


def test_tls_is_spoken_with_a_certificate_for_the_name(house: House) -> None:
    answer = house.ask("shop", tls=True)
    assert (answer["status"], answer["server"]) == (200, "pod")


def test_http_is_redirected_by_the_load_balancer(house: House) -> None:
    answer = house.ask("shop")
    assert (answer["status"], answer["server"]) == (301, "awselb/2.0")


def test_a_name_that_the_certificate_does_not_have_fails_in_the_handshake(house: House) -> None:
    answer = house.ask("shop", host="shop.example.org", tls=True)
    assert answer["error"] == "SSLError"
    assert "doesn't match" in answer["text"]


def test_a_load_balancer_that_is_provisioning_refuses(house: House) -> None:
    house.cluster.application("late")
    house.kernel.run(5)
    assert house.ask("late")["error"] == "NewConnectionError"


def test_a_certificate_that_does_not_exist_gives_no_listener(house: House) -> None:
    house.cluster.application("forged", annotations={f"{ALB}certificate-arn": f"{ARN}-gone"})
    house.kernel.run(5)
    assert "CertificateNotFound" in house.controller.failures["default/forged"]


def test_a_listener_with_two_certificates_shows_the_one_for_the_name() -> None:
    store = CertificateStore(Authority(seed=7))
    store.hold("first", "a.example.com")
    store.hold("second", "*.example.org")
    wanted = store.authority.context(("*.example.org",))
    assert store.chosen(["first", "second"], "shop.example.org") is wanted
    assert store.chosen(["first", "second"], "nowhere.example.net") is store.authority.context(("a.example.com",))
    assert store.chosen(["third"], "a.example.com") is None
