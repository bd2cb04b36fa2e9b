"""The one program that containers of the embedded world really run: curl, against the cluster's Services.

Exit codes and texts are curl's (``curl.se/docs/manpage.html``, EXIT CODES): 6 for an unknown host, 7 for a Service
without a ready pod (kube-proxy rejects the connection), 28 for a port that the Service does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local.cluster.objects import is_ready_pod

if TYPE_CHECKING:
    from local.cluster.informer import Informer

_TAKE_A_VALUE = frozenset({"-o", "--output", "-m", "--max-time", "--connect-timeout", "--retry", "--retry-delay", "-H",
                           "--header", "-X", "--request", "-w", "--write-out", "-A", "--user-agent"})  # fmt: skip
_PORTS = {"http": 80, "https": 443}
_DNS_SUFFIXES = (".svc.cluster.local", ".svc")
_LONGEST = 2


def curl(informer: Informer, namespace: str, arguments: list[str]) -> tuple[int, str]:
    """Exit code and output of ``curl`` with these arguments, run in a pod of a namespace."""
    outputs = []
    for url in _urls(arguments):
        code, text = _get(informer, namespace, url)
        outputs.append(text)
        if code:
            return code, "".join(outputs)
    if not outputs:
        return 2, "curl: (2) no URL specified\n"
    return 0, "".join(outputs)


def _urls(arguments: list[str]) -> list[str]:
    found, takes = [], False
    for word in arguments:
        if not takes and not word.startswith("-"):
            found.append(word if "://" in word else f"http://{word}")
        takes = not takes and word in _TAKE_A_VALUE
    return found


def _get(informer: Informer, namespace: str, url: str) -> tuple[int, str]:
    split = urlsplit(url)
    host, port = split.hostname or "", split.port or _PORTS.get(split.scheme, 80)
    name = host
    for suffix in _DNS_SUFFIXES:
        name = name.removesuffix(suffix)
    parts = name.split(".")
    if len(parts) > _LONGEST:
        return 1, f"curl: {host}: a name outside the cluster is not modelled by the embedded world\n"
    where = (parts[1] if len(parts) == _LONGEST else namespace, parts[0])
    service = informer.get("services", where)
    if service is None:
        return 6, f"curl: (6) Could not resolve host: {host}\n"
    if port not in {one["port"] for one in service["spec"].get("ports") or ()}:
        return 28, f"curl: (28) Failed to connect to {host} port {port} after 5000 ms: Timeout was reached\n"
    selector = service["spec"].get("selector") or {}
    pods = [
        pod
        for pod in informer.every("pods", where[0])
        if is_ready_pod(pod) and selector.items() <= (pod["metadata"].get("labels") or {}).items()
    ]
    if not selector or not pods:
        return 7, f"curl: (7) Failed to connect to {host} port {port} after 1 ms: Couldn't connect to server\n"
    return 0, f"HTTP/1.1 200 OK from {pods[0]['metadata']['name']}\n"
