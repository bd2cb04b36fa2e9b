"""``python -m local.terminal``: a prompt of norikae in an embedded world, to try every command without an account."""

from __future__ import annotations

import argparse
import os
import sys

from local.terminal.session import Session, Streams

WELCOME = """\
A small world: {blue} serves {applications}, and norikae is deployed.
It stands still while you think: `status --watch` lets it live until somebody has to say something, `wait 10m` for a
while. Try: help, start, status --watch, then what it says. Ctrl-D leaves."""
PROMPT = "norikae> "
WAIT = "wait"


def main() -> int:
    """Read and carry out lines until there are no more; the last one's exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.terminal", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same world")
    options = parser.parse_args()
    with Session(seed=options.seed) as session:
        os.environ.update(session.variables)
        names = ", ".join(one.name for one in session.stage.applications)
        sys.stderr.write(WELCOME.format(blue=session.stage.blue, applications=names) + "\n")
        return _read(session)


def _read(session: Session) -> int:
    code = 0
    while True:
        sys.stderr.write(PROMPT)
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            return code
        words = line.split()
        if words[:1] == [WAIT]:
            code = wait(session, " ".join(words[1:]))
        elif words:
            code = session.types(line.removeprefix("norikae "), Streams(), os.environ)


def wait(session: Session, text: str) -> int:
    """Let the world live for a while; 64 when the text is no duration."""
    from norikae.duration import duration_seconds  # noqa: PLC0415 - most never wait

    try:
        session.world.kernel.run(duration_seconds(text))
    except ValueError as error:
        sys.stderr.write(f"norikae: {error}\n")
        return 64
    return 0


if __name__ == "__main__":
    sys.exit(main())
