"""What a forged request costs: a cold start of an ear, up to the refusal.

Each refusal runs in fresh processes with the standard library and norikae's own code alone, each time right after
``import json, logging``, and the processor times are compared: the ratio is steady from machine to machine where
milliseconds are not. The extension is a server on loopback in this process.

    python bench/ears.py [--runs 15] [--check]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 3.0
"""How many times ``import json, logging`` the refusal of a forged request may cost."""
REFERENCE = "import json, logging"
REFUSED = """
import os, sys
printed, sys.stdout = sys.stdout, open(os.devnull, "w")
from handlers.chat.hear_{door} import handler
answer = handler({event!r}, None)
sys.stdout = printed
assert answer["statusCode"] == 401, answer
"""
TIMED = """
import time
begun = time.process_time()
{code}
print((time.process_time() - begun) * 1000)
"""
KEY = "bm90IHRoZSBrZXkgb2YgdGhlIGZvcmdlcg=="


class Extension(BaseHTTPRequestHandler):
    """Knows one secret, which opens both chats."""

    def do_GET(self) -> None:
        """As GetSecretValue answers."""
        secret = json.dumps({"signing_key": KEY, "webhook_token": KEY})
        body = json.dumps({"SecretString": secret}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Nothing: the table is what is printed."""


def main() -> int:
    """Measure, print a table; 1 when ``--check`` finds a refusal too dear."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, help="fresh processes per refusal")
    parser.add_argument("--check", action="store_true", help=f"fail when a refusal costs more than {LIMIT} times")
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Extension)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    variables = variables_of(server.server_address[1])
    print(f"{'refused':44} {'cpu ms':>8} {'reference':>9} {'ratio':>7}")
    dearest = max(_shown(name, code, variables, options.runs) for name, code in programs(int(time.time())).items())
    server.shutdown()
    if dearest > LIMIT:
        print(f"over {LIMIT} times the reference")
    return 1 if dearest > LIMIT and options.check else 0


def programs(now: int) -> dict[str, str]:
    """A cold start for each door and forgery: one that needs the key to be seen through, and one that does not.

    Args:
        now: seconds since the epoch, which the forger knows, too.
    """
    signed = {"X-Slack-Request-Timestamp": str(now), "X-Slack-Signature": "v0=" + "0" * 64}
    body = json.dumps({"webhook_event_time": now})
    forged = {
        ("slack", "of another key"): {"headers": signed, "body": "text=abort"},
        ("chatwork", "of another key"): {"headers": {"x-chatworkwebhooksignature": "A" * 43 + "="}, "body": body},
        ("slack", "without a signature"): {"headers": {}, "body": "text=abort"},
        ("chatwork", "without a signature"): {"headers": {}, "body": body},
    }
    return {f"hear_{door}, {what}": REFUSED.format(door=door, event=event) for (door, what), event in forged.items()}


def variables_of(port: int) -> dict[str, str]:
    """A function's environment beside the extension."""
    work = ROOT / "build" / "bench"
    work.mkdir(parents=True, exist_ok=True)
    return {
        "PYTHONPATH": str(ROOT / "lambdas"),
        "PYTHONPYCACHEPREFIX": str(work / "pycache"),
        "AWS_SESSION_TOKEN": "bench",
        "NORIKAE_CHATS": json.dumps({"slack": "bench", "chatwork": "bench"}),
        "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(port),
        "PATH": os.defpath,
    }


def _shown(name: str, code: str, variables: dict[str, str], runs: int) -> float:
    """The ratio of a program, which is printed with its milliseconds."""
    for warm in (REFERENCE, code):
        _run(warm, variables)
    pairs = [(_run(REFERENCE, variables), _run(code, variables)) for _ in range(runs)]
    ratio = statistics.median(took / reference for reference, took in pairs)
    reference, took = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"{name:44} {took:8.1f} {reference:9.1f} {ratio:7.2f}")
    return ratio


def _run(code: str, variables: dict[str, str]) -> float:
    """Processor milliseconds of a program in a fresh Python."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", TIMED.format(code=code)],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{code}\n{done.stderr}")
    return float(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
