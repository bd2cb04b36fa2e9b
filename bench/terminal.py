"""What a person waits for before `norikae --help` is there, and what each step after it adds.

Each command runs in fresh processes, each time right after a Python that does nothing, and wall times are compared
pair by pair: the ratio is steady from machine to machine where milliseconds are not.

    python bench/terminal.py [--runs 15] [--check]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTHING = "pass"
TYPED = {
    "norikae --help": "import sys; sys.argv[1:] = ['--help']\nfrom cli.main import main\nmain()",
    "norikae hold --help": "import sys; sys.argv[1:] = ['hold', '--help']\nfrom cli.main import main\nmain()",
    "until a command is sent (boto3)": "import cli.main, cli.invoke, boto3\nboto3.Session().client('lambda')",
    "until a tree is drawn (rich)": "import cli.main, cli.screen",
}
HELP = "norikae --help"
LIMIT = 8.0
"""How many times as long as a Python that does nothing `--help` may take: 150 ms where that takes 19."""


def main() -> int:
    """Measure and print a table; 1 when ``--check`` finds ``--help`` too slow."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, help="fresh processes per command")
    parser.add_argument("--check", action="store_true", help=f"fail when --help takes more than {LIMIT} times")
    options = parser.parse_args()
    for code in (NOTHING, *TYPED.values()):
        _run(code)  # byte code
    ratio = 0.0
    print(f"{'command':34} {'wall ms':>9} {'reference':>9} {'ratio':>7}")
    for name, code in TYPED.items():
        pairs = [(_run(NOTHING), _run(code)) for _ in range(options.runs)]
        took, reference = (statistics.median(pair[side] for pair in pairs) for side in (1, 0))
        shares = statistics.median(one / nothing for nothing, one in pairs)
        ratio = shares if name == HELP else ratio
        print(f"{name:34} {took:9.1f} {reference:9.1f} {shares:7.1f}")
    return 1 if options.check and ratio > LIMIT else 0


def _run(code: str) -> float:
    """Wall milliseconds of a program in a fresh Python."""
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'lambdas'}{os.pathsep}{ROOT}",
        "AWS_DEFAULT_REGION": "ap-northeast-1",
    }
    began = time.perf_counter()
    subprocess.run([sys.executable, "-P", "-c", code], env=variables, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
