"""A kubeconfig with a token or a client certificate is understood; anything else is refused with what is missing."""

from __future__ import annotations

import base64
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.kubernetes.certificates import issue
from tests.cluster.kubeconfig import UnusableError, read_kubeconfig
from tests.cluster.visitor import Visitor

PEM = issue("somewhere", random.Random(3))  # noqa: S311 - repeatable


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def written(folder: Path, user: dict[str, Any], **cluster: Any) -> Path:
    document = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [
            {
                "name": "c",
                "cluster": {"server": "https://127.0.0.1:1", "certificate-authority-data": encoded(PEM.ca)} | cluster,
            }
        ],
        "users": [{"name": "u", "user": user}],
    }
    path = folder / "config"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def test_a_token_is_taken_as_it_is_or_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n", encoding="utf-8")
    assert read_kubeconfig(written(tmp_path, {"token": "in-place"})).token == "in-place"
    assert read_kubeconfig(written(tmp_path, {"tokenFile": "token"})).token == "from-a-file"


def test_a_client_certificate_is_shown(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(PEM.key, encoding="utf-8")
    user = {"client-certificate-data": encoded(PEM.chain), "client-key": "key.pem"}
    access = read_kubeconfig(written(tmp_path, user))
    assert (access.server, access.token) == ("https://127.0.0.1:1", "")
    assert "PRIVATE KEY" in access.certificate
    assert not Visitor(access).is_ready()


@pytest.mark.parametrize(
    ("user", "cluster", "text"),
    [
        ({"exec": {"command": "aws"}}, {}, "neither token nor client certificate"),
        ({"token": "t"}, {"certificate-authority-data": ""}, "has no certificate-authority"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, user: Any, cluster: Any, text: str) -> None:
    with pytest.raises(UnusableError, match=text):
        read_kubeconfig(written(tmp_path, user, **cluster))


def test_a_context_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("current-context: gone\n", encoding="utf-8")
    with pytest.raises(UnusableError, match="no context 'gone'"):
        read_kubeconfig(path)
