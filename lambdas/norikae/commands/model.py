"""One command, whatever door it came through: console, terminal, chat, schedule, or a state machine of ours."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Verb = Literal[
    "help",
    "status",
    "windows",
    "plan",
    "start",
    "approve",
    "reject",
    "pause",
    "resume",
    "hold",
    "shift",
    "skip-gate",
    "roll-back",
    "abort",
    "finish",
    "drain",
    "adopt",
    "unadopt",
    "clean-green",
    "sweep-secrets",
    "redrive-secrets",
]
Door = Literal["iam", "slack", "chatwork", "schedule", "machine"]
"""Where somebody is known from: IAM (console, terminal), a chat, the clock, or a state machine of norikae itself."""
Short = Annotated[str, msgspec.Meta(max_length=200)]
Long = Annotated[str, msgspec.Meta(max_length=1000)]


class Actor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is at the door, as the door knows them.

    Args:
        door: which.
        id: ``<team>/<user>`` of Slack, the account id of Chatwork, the ARN of an AWS session or execution, the name
            of a schedule; "" when IAM let somebody in who did not prove who they are.
        place: the channel or room.
        name: how the chat shows them; for people's eyes only.
    """

    door: Door
    id: Short = ""
    place: Short = ""
    name: Short = ""


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One command; ``VERBS`` says which fields each verb takes.

    Args:
        command: the verb.
        environment: for safety, the environment that the person means.
        run: the run; by default the one that is open.
        subject: for approve and reject: ``plan``, ``sync`` or ``decommission``; by default the one that waits.
        plan_hash: for approve: the hash that the person saw; another one is refused.
        code: instead of the hash: the code of the question, which stands for run, subject and hash.
        application: for hold, shift, roll-back and skip-gate, and for resume: one application instead of the run.
        gate: for skip-gate: its kind, such as ``latency``.
        node: for drain: the name of a node or the id of its instance.
        cluster: for adopt, unadopt, clean-green and sweep-secrets: see there.
        version: for plan and start: the Kubernetes version of green, by default the environment file's.
        applications: for plan and start: move only these.
        by: who says it, as they say; who is known by a door is written down by that instead.
        reason: why.
        actor: who it is; believed only from norikae's own functions.
        proof: a signed request that says who calls (``norikae.commands.ports.Callers``); never written down.
    """

    command: Verb
    environment: Short = ""
    run: Short = ""
    subject: Literal["", "plan", "sync", "decommission"] = ""
    plan_hash: Short = ""
    code: Short = ""
    application: Short = ""
    gate: Short = ""
    node: Short = ""
    cluster: Short = ""
    version: Short = ""
    applications: tuple[Short, ...] = ()
    by: Short = ""
    reason: Long = ""
    actor: Actor | None = None
    proof: Annotated[str, msgspec.Meta(max_length=4096)] = ""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What a verb takes and does.

    Args:
        about: one sentence of what it does, for help, the schema and the terminal.
        words: the fields that follow the verb in a line of text, in this order; one with ``?`` may be left out.
        options: further fields, written ``name=value`` in a line and ``--name value`` in a terminal.
        changes: whether anything changes; what only asks is not written into the audit trail.
    """

    about: str
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    changes: bool = True


VERBS: dict[Verb, Form] = {
    "help": Form(about="Says what can be said.", changes=False),
    "status": Form(
        about="Says where the run is, what it waits for, and where the weights are.", words=("run?",), changes=False
    ),
    "windows": Form(about="Says when upgrades may move on, now and next.", changes=False),
    "plan": Form(
        about="Makes the plan and the preflight of an upgrade, and changes nothing.",
        words=("version?",),
        options=("applications",),
    ),
    "start": Form(about="Starts an upgrade.", words=("version?",), options=("applications",)),
    "approve": Form(
        about="Says yes to what waits, by its code or its hash.",
        words=("run?", "code?"),
        options=("subject", "plan_hash"),
    ),
    "reject": Form(about="Says no to what waits.", words=("run?", "code?"), options=("subject", "plan_hash")),
    "pause": Form(about="Stops the run where it is; weights stay.", options=("run",)),
    "resume": Form(about="Lets a run, or one application, go on.", words=("application?",), options=("run",)),
    "hold": Form(about="Keeps one application at its weight.", words=("application",), options=("run",)),
    "shift": Form(about="Lets one application move.", words=("application",), options=("run",)),
    "skip-gate": Form(
        about="Lets one application pass without one gate, until its shift is over.",
        words=("application", "gate"),
        options=("run",),
    ),
    "roll-back": Form(about="Sends one application back to blue.", words=("application",), options=("run",)),
    "abort": Form(about="Sends every application back to blue and ends the run.", options=("run",)),
    "finish": Form(about="Ends a run of which a part has moved, with both clusters.", options=("run",)),
    "drain": Form(about="Empties one node, as its budgets allow.", words=("node",), options=("cluster",)),
    "adopt": Form(about="Lets norikae into the cluster that serves today.", words=("cluster?",)),
    "unadopt": Form(about="Takes everything back that adopt did.", words=("cluster?",)),
    "clean-green": Form(about="Removes the green of a run that ended otherwise.", words=("cluster?",)),
    "sweep-secrets": Form(about="Looks at every secret of every cluster now.", words=("cluster?",)),
    "redrive-secrets": Form(about="Tries secrets once more that were laid aside."),
}
"""Every verb; ``environment`` and ``reason`` may be said with each."""
