"""Worker processes seen from the runtime: forking one, talking to it, ending it."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.runtime.function import Function

_WORKER = Path(__file__).with_name("worker.py")
_SIGNALS: dict[int, str] = {signal.SIGKILL: "killed", signal.SIGSEGV: "segmentation fault", signal.SIGABRT: "aborted"}
HANG_SECONDS = 120.0
"""Real seconds without a word from a worker after which something is wrong with the world, not with the function."""


class HungError(Exception):
    """A worker has not said a word for two real minutes."""


class Sandbox:
    """One worker process.

    Args:
        connection: the runtime's end of the socket pair.
        pid: of the worker.
        zygote: who forked it.
    """

    def __init__(self, connection: socket.socket, pid: int, zygote: Zygote) -> None:
        self._connection, self._pid, self._zygote = connection, pid, zygote
        self._rest = b""
        self.fresh = True
        self.token = ""
        """Of its session, which tells it from other sandboxes of the same function."""

    def send(self, message: dict[str, Any]) -> None:
        """Send a message; a worker that is gone is noticed by the next ``receive``."""
        try:
            self._connection.sendall(json.dumps(message).encode() + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            return

    def receive(self) -> dict[str, Any] | None:
        """The next message, or nothing when the worker is gone.

        Raises:
            HungError: it has said nothing for ``HANG_SECONDS``.
        """
        while b"\n" not in self._rest:
            if not select.select([self._connection], [], [], HANG_SECONDS)[0]:
                self.kill()
                msg = f"a function's process has said nothing for {HANG_SECONDS:.0f} real seconds and was killed"
                raise HungError(msg)
            try:
                data = self._connection.recv(1 << 20)
            except ConnectionResetError:
                data = b""
            if not data:
                return None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def kill(self) -> str:
        """End the process now and say how it ended, in Lambda's words."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        self._connection.close()
        status = self._zygote.reap(self._pid)
        if os.WIFSIGNALED(status):
            return f"signal: {_SIGNALS.get(os.WTERMSIG(status), os.WTERMSIG(status))}"
        return f"exit status {os.WEXITSTATUS(status)}"


@cache
def zygote() -> Zygote:
    """The one of this process: getting warm takes a second, and no world leaves anything in it."""
    made = Zygote()
    atexit.register(made.close)
    return made


class Zygote:
    """The process that has boto3 imported and forks the workers; it starts with the first function."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def spawn(self, function: Function, environment: dict[str, str]) -> Sandbox:
        """A new worker for a function.

        Args:
            function: what it runs.
            environment: all that it sees of the world's environment variables.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            described = {
                "arn": function.arn,
                "directory": str(function.directory),
                "handler": function.handler,
                "environment": environment,
            }
            pid = self._ask({"kind": "spawn", "function": described}, theirs)
        return Sandbox(ours, pid, self)

    def reap(self, pid: int) -> int:
        """Wait for the end of a worker and give its wait status."""
        return self._ask({"kind": "reap", "pid": pid})

    def close(self) -> None:
        """End the zygote; workers that still live end with their channels."""
        if self._process and self._control:
            self._control.close()
            self._process.wait(10)
            self._process = None

    def _ask(self, order: dict[str, Any], *descriptors: socket.socket) -> int:
        control = self._started()
        data = json.dumps(order).encode() + b"\n"
        sent = socket.send_fds(control, [data], [one.fileno() for one in descriptors])
        control.sendall(data[sent:])
        answer: int = json.loads(control.recv(64))
        return answer

    def _started(self) -> socket.socket:
        if self._control is None or self._process is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", str(_WORKER), str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    cwd=_WORKER.root,
                    env={"TZ": "UTC", "PYTHONHASHSEED": "0", "PATH": os.defpath},
                )
        return self._control
