"""A function's process: started from its file, it knows nothing of the rest of this repository.

One of these is the zygote: it imports what every function imports (boto3) once, and forks a worker per function, which
is as clean as a fresh process and starts in milliseconds. A worker speaks JSON lines with the runtime. Its clock moves
only when the runtime says so: at the start of an invocation, in a sleep, after each HTTP answer.
"""

from __future__ import annotations

import http.client
import importlib
import io
import json
import logging
import os
import random
import runpy
import signal
import socket
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import time_machine

if TYPE_CHECKING:
    from collections.abc import Callable

Message = dict[str, Any]
_SLEEP: list[Callable[[float], None]] = [time.sleep]
_getresponse = http.client.HTTPConnection.getresponse
_NAMES = runpy.run_path(str(Path(__file__).with_name("names.py")))
_WARM = runpy.run_path(str(Path(__file__).with_name("warm.py")))
_LAMBDA_FORMAT = "[%(levelname)s]\t%(asctime)s\t%(name)s\t%(message)s"


def _after(action: Callable[[], None]) -> Callable[[http.client.HTTPConnection], http.client.HTTPResponse]:
    def getresponse(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
        answer = _getresponse(connection)
        action()
        return answer

    return getresponse


class Channel:
    """Messages to the runtime and back.

    Args:
        connection: the worker's end of a socket pair.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._lines = connection.makefile("rwb")
        self._lock = threading.Lock()

    def tell(self, message: Message) -> None:
        """Send, and expect no answer."""
        with self._lock:
            self._send(message)

    def ask(self, message: Message) -> Message:
        """Send, and wait for the answer; the runtime may kill this process instead."""
        with self._lock:
            self._send(message)
            return self._receive()

    def receive(self) -> Message:
        """The next message; the process ends with the runtime."""
        with self._lock:
            return self._receive()

    def _send(self, message: Message) -> None:
        self._lines.write(json.dumps(message).encode() + b"\n")
        self._lines.flush()

    def _receive(self) -> Message:
        line = self._lines.readline()
        if not line:
            os._exit(0)
        answer: Message = json.loads(line)
        return answer


class Output(io.TextIOBase):
    """Where a handler's standard output and error go: to the function's log.

    Args:
        channel: to the runtime.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._rest = ""

    def write(self, text: str) -> int:
        """Pass whole lines on."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._channel.tell({"kind": "log", "line": line})
        return len(text)

    def flush(self) -> None:
        """Pass on what is left."""
        if self._rest:
            self.write("\n")


class Context:
    """The context object of one invocation ("Using the Lambda context object in Python", Lambda guide).

    Args:
        order: the runtime's message.
        function: how the function is set up.
    """

    function_version = "$LATEST"
    identity = None
    client_context = None

    def __init__(self, order: Message, function: Message) -> None:
        environment = function["environment"]
        self.function_name = environment["AWS_LAMBDA_FUNCTION_NAME"]
        self.memory_limit_in_mb = environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environment["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = environment["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = function["arn"]
        self.aws_request_id = order["request_id"]
        self._deadline = order["deadline"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds of virtual time until the function's timeout."""
        left: float = self._deadline - time.time()
        return max(0, round(left * 1000))


class Worker:
    """Runs one function's handler, one event after the other.

    Args:
        channel: to the runtime.
        function: arn, directory, handler and environment.
    """

    def __init__(self, channel: Channel, function: Message) -> None:
        self._channel = channel
        self._function = function
        self._handler: Any = None
        self._clock: Any = None

    def settle(self) -> None:
        """Become the function's sandbox: environment, path, output, clock and randomness."""
        os.environ.clear()
        os.environ.update(self._function["environment"])
        time.tzset()
        os.chdir(self._function["directory"])
        sys.path.append(self._function["directory"])
        sys.stdout = sys.stderr = Output(self._channel)
        logging.basicConfig(stream=sys.stdout, format=_LAMBDA_FORMAT, level=logging.WARNING, force=True)
        os.urandom = random.randbytes
        random._urandom = random.randbytes  # type: ignore[attr-defined] # noqa: SLF001 - SystemRandom, hence secrets, took its own reference
        _SLEEP.append(self._sleep)
        _one_after_the_other()
        _NAMES["follow"](self._channel.ask, self._set)
        setattr(http.client.HTTPConnection, "getresponse", _after(self._answered))  # noqa: B010 - mypy forbids the plain assignment

    def _set(self, now: float) -> None:
        if self._clock is None:
            self._clock = time_machine.travel(now, tick=False).start()
        self._clock.move_to(now)

    def _sleep(self, seconds: float) -> None:
        self._set(self._channel.ask({"kind": "sleep", "seconds": seconds})["now"])

    def _answered(self) -> None:
        self._set(self._channel.ask({"kind": "answered"})["now"])

    def serve(self) -> None:
        """Answer events until the runtime has no more."""
        while True:
            order = self._channel.receive()
            self._set(order["now"])
            random.seed(order["seed"])
            answer = self._run(order)
            sys.stdout.flush()
            self._channel.tell({"kind": "done", **answer})

    def _run(self, order: Message) -> Message:
        try:
            self._handler = self._handler or self._imported()
            result = self._handler(order["event"], Context(order, self._function))
        except SystemExit as leaving:
            os._exit(leaving.code if isinstance(leaving.code, int) else 1)
        except ImportFaultError as fault:
            return {"error_type": fault.kind, "error_message": str(fault), "trace": [], "fatal": True}
        except BaseException as error:  # noqa: BLE001 - whatever a handler raises is its answer
            return _failure(error) | {"fatal": self._handler is None}
        try:
            return {"payload": json.dumps(result)}
        except (TypeError, ValueError) as error:
            text = f"Unable to marshal response: {error}"
            return {"error_type": "Runtime.MarshalError", "error_message": text, "trace": []}

    def _imported(self) -> Any:
        name, _, attribute = self._function["handler"].rpartition(".")
        try:
            module = importlib.import_module(name.replace("/", "."))
        except SyntaxError as error:
            raise ImportFaultError(
                "Runtime.UserCodeSyntaxError", f"Syntax error in module '{name}': {error}"
            ) from error
        except ImportError as error:
            raise ImportFaultError("Runtime.ImportModuleError", f"Unable to import module '{name}': {error}") from error
        if not hasattr(module, attribute):
            text = f"Handler '{attribute}' missing on module '{name}'"
            raise ImportFaultError("Runtime.HandlerNotFound", text)
        if "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT" in os.environ:
            self._set(self._channel.ask({"kind": "initialised"})["now"])
        return getattr(module, attribute)


def _one_after_the_other() -> None:
    """Calls that a handler makes at once happen in the order in which it made them, so that a seed repeats a run."""
    made = ThreadPoolExecutor.__init__

    def make(pool: ThreadPoolExecutor, max_workers: int | None = None, *others: Any, **named: Any) -> None:
        del max_workers
        made(pool, 1, *others, **named)

    setattr(ThreadPoolExecutor, "__init__", make)  # noqa: B010 - mypy forbids the plain assignment


class ImportFaultError(Exception):
    """The handler cannot be found.

    Args:
        kind: Lambda's error type.
        text: Lambda's words.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def _failure(error: BaseException) -> Message:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    return {
        "error_type": type(error).__name__,
        "error_message": str(error),
        "trace": traceback.format_list(frames),
    }


def _become_worker(descriptor: int, function: Message) -> None:
    worker = Worker(Channel(socket.socket(fileno=descriptor)), function)
    try:
        worker.settle()
        worker.serve()
    except BaseException:  # noqa: BLE001 - a defect of this file must not fall back into the zygote's loop
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(1)


def _zygote(control: socket.socket) -> None:
    # first of all, because botocore keeps a reference
    vars(time)["sleep"] = lambda seconds: _SLEEP[-1](seconds)  # noqa: PLW0108 - the last one at the time of the call
    _WARM["warm"]()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 1)
        while data and not data.endswith(b"\n"):
            data += control.recv(1 << 16)
        if not data:
            return
        order = json.loads(data)
        if order["kind"] == "reap":
            answer = os.waitpid(order["pid"], 0)[1]
        else:
            answer = os.fork()
            if answer == 0:
                control.close()
                _become_worker(descriptors[0], order["function"])
            os.close(descriptors[0])
        control.sendall(json.dumps(answer).encode())


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _zygote(socket.socket(fileno=int(sys.argv[1])))
