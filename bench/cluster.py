"""The embedded cluster of a benchmark, in a process of its own (``local/standalone``)."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Server:
    """Where the API server is.

    Args:
        endpoint: its URL.
        ca_pem: its certificate authority.
        token: lets us in.
    """

    endpoint: str
    ca_pem: str
    token: str


class Cluster:
    """It ends with the context.

    Args:
        words: its command line.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.standalone", *words],
            cwd=ROOT,
            env={"PYTHONPATH": f"{ROOT}:{ROOT / 'lambdas'}", "TZ": "UTC"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        where = self._line()
        self.server = Server(where["url"], where["ca"], where["token"])

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """It ends when nobody speaks to it any more."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=30)

    def ask(self, words: str) -> Any:  # noqa: ANN401 - JSON
        """What it answers to a line."""
        if self._process.stdin is None:
            raise RuntimeError("the cluster has no standard input")
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> Any:  # noqa: ANN401 - JSON
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError("the cluster has ended; its last words are above")
        return json.loads(line)
