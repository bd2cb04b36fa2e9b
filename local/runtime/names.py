"""Where names lead inside of a worker: the second file of ``worker.py``, knowing nothing of the repository either."""

import ipaddress
import os
import socket
from collections.abc import Callable
from typing import Any

Message = dict[str, Any]
_getaddrinfo = socket.getaddrinfo


def follow(ask: Callable[[Message], Message], move_clock: Callable[[float], None]) -> None:
    """From now on names lead where the runtime says, addresses where they do, if the runtime lets the worker get there.

    Args:
        ask: a question to the runtime, and its answer.
        move_clock: sets the worker's clock to what the answer says.
    """
    aws = os.environ.get("AWS_ENDPOINT_URL", "").rpartition(":")[2].strip("/")

    def _is_open(port: Any) -> bool:
        answer = ask({"kind": "reach", "port": int(port)})
        move_clock(answer["now"])
        return bool(answer["open"])

    def getaddrinfo(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        if not isinstance(host, str) or _is_address(host):
            if str(port) != aws and not _is_open(port):
                raise TimeoutError("timed out")
            return _getaddrinfo(host, port, *more, **options)
        answer = ask({"kind": "resolve", "name": host, "port": port})
        move_clock(answer["now"])
        if answer["place"] is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", tuple(answer["place"]))]

    vars(socket)["getaddrinfo"] = getaddrinfo


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
