"""One function of the table in ``permissions.py``: who calls it and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stacks.resources import Part

if TYPE_CHECKING:
    from stacks.cluster_grants import Group
    from stacks.grants import Grant

Setting = Literal[
    "NORIKAE_TABLE",
    "NORIKAE_EVIDENCE_BUCKET",
    "NORIKAE_TOPIC",
    "NORIKAE_CLUSTER_ROLE",
    "NORIKAE_NODE_ROLE",
    "NORIKAE_NODE_PROFILE",
    "NORIKAE_KEY",
    "NORIKAE_ACCESS",
    "NORIKAE_ROLE",
    "NORIKAE_ADOPTER",
    "NORIKAE_ADOPT_MACHINE",
    "NORIKAE_CLEAN_MACHINE",
    "NORIKAE_SHIFT_MACHINE",
    "NORIKAE_DRAIN_MACHINE",
    "NORIKAE_BELL",
    "NORIKAE_DIRECTLY_AFTER",
    "NORIKAE_SECRETS_QUEUE",
    "NORIKAE_SECRETS_DEAD_LETTERS",
    "NORIKAE_UPGRADE_MACHINE",
    "NORIKAE_INTERRUPTIONS_QUEUE",
    "NORIKAE_CHAT_QUEUE",
    "NORIKAE_COMMAND_FUNCTION",
    "NORIKAE_MESSENGERS",
    "NORIKAE_CLOCKS",
    "NORIKAE_Q_TOPIC",
    "NORIKAE_CHATS",
]


@dataclass(frozen=True)
class Row:
    """One function.

    Args:
        title: the state's own name, or what the function is called; its file and its construct are named after it.
        caller: who calls it, which is the folder of its handler.
        grants: its AWS rights, besides its own log group.
        groups: its Kubernetes groups; a function with any runs in the environment's controller subnets.
        rung: whether a queue starts it, which has dead letters of its own and tries again.
        repeated: whether a schedule starts it every minute, so that one failure is made good by the next look.
        only_with: the part of an environment without which it is not there; "" for a function that every one has.
        enters: it runs there without being a member of any group; it makes itself one when it has to.
        door: whether it is under the small boundary of the doors: it touches neither clusters nor records.
        keyed: whether it reads secrets from the AWS Parameters and Secrets Lambda Extension, which is a layer of it.
        settings: the environment variables that it reads.
        memory: in MiB; the processor share grows with it.
        timeout: in seconds, below the state's own 300.
        asynchronous: whether events start it, so that failed ones go to a dead-letter queue.
    """

    title: str
    caller: Literal["workflow", "events", "operator", "chat", "schedule"]
    grants: tuple[Grant, ...]
    groups: tuple[Group, ...] = ()
    settings: tuple[Setting, ...] = ()
    memory: int = 512
    timeout: int = 60
    asynchronous: bool = False
    enters: bool = False
    rung: bool = False
    repeated: bool = False
    only_with: Literal["", Part] = ""
    door: bool = False
    keyed: bool = False

    @property
    def placed(self) -> bool:
        """Whether it runs in the controller subnets, from which clusters are reached."""
        return bool(self.groups) or self.enters

    @property
    def name(self) -> str:
        """The name of the handler's module: "Set weights" is ``set_weights``."""
        return self.title.lower().replace(" ", "_")

    @property
    def identifier(self) -> str:
        """The construct's id and the substitution's key: "Set weights" is ``SetWeights``."""
        return "".join(word[0].upper() + word[1:] for word in self.title.split())

    @property
    def handler(self) -> str:
        """The handler as Lambda wants it."""
        return f"handlers.{self.caller}.{self.name}.handler"
