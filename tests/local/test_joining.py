"""A machine joins a cluster only when everything is as nodeadm, the kubelet and EKS want it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from local.joining import CannotJoinError, node_config


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def mime(part: str, kind: str = "application/node.eks.aws") -> str:
    head = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n'
    return f"{head}\n--x\nContent-Type: {kind}\n\n{part}\n--x--\n"


def config(**spec: Any) -> str:
    return json.dumps({"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec})


def test_a_node_config_is_found_in_its_part() -> None:
    assert node_config(encoded(mime(config(cluster={"name": "demo"})))) == {"cluster": {"name": "demo"}}


@pytest.mark.parametrize(
    ("user_data", "reason"),
    [
        ("", "no NodeConfig in user data"),
        ("not base64!", "user data cannot be read"),
        (encoded("#!/bin/bash\n/etc/eks/bootstrap.sh demo\n"), "no NodeConfig in user data"),
        (encoded(mime(config(), "text/x-shellscript")), "no NodeConfig in user data"),
        (encoded(mime('{"apiVersion": "v1"}')), "not a NodeConfig"),
    ],
)
def test_other_user_data_leaves_the_machine_alone(user_data: str, reason: str) -> None:
    with pytest.raises(CannotJoinError, match=reason):
        node_config(user_data)
