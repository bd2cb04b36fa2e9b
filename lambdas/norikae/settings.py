"""What the stack tells a function by environment variables: read once, into one frozen value."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from norikae.errors import SettingsError

GROUPS = "norikae:"
"""What the names of our Kubernetes groups begin with."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The variables of one function; each function has only those that it needs, the others are empty.

    Args:
        table: name of the table.
        evidence_bucket: name of the bucket for plans, findings and reports.
        topic: ARN of the topic where people read.
        cluster_role: ARN of the role that EKS control planes get.
        node_role: ARN of the role that nodes get.
        node_profile: ARN of the instance profile with that role, for self-managed nodes.
        key: ARN of the key that encrypts green's Kubernetes Secrets.
        role: ARN of the function's own role.
        adopter: ARN of the role of the function that adopts.
        adopt_machine: ARN of the state machine that adopts.
        clean_machine: ARN of the state machine that removes green.
        shift_machine: ARN of the state machine that moves one application.
        drain_machine: ARN of the state machine that drains the nodes of a cluster.
        bell: URL of the queue that wakes the zone's writer; empty for functions that ask Route 53 themselves.
        directly_after: seconds after which a change that the writer has left is applied directly; empty for never.
        secrets_queue: URL of the queue of secrets.
        secrets_dead_letters: ARN of its dead letters.
        upgrade_machine: ARN of the state machine that upgrades.
        interruptions_queue: URL of the queue of interruptions.
        chat_queue: URL of the queue of what people say in chats.
        command_function: name of the function that carries commands out.
        messengers: ARNs of the roles whose word about who said something is believed, separated by spaces.
        clocks: ARNs of the roles whose word about schedules is believed, and about nobody else; likewise.
        q_topic: ARN of the topic that Amazon Q Developer in chat reads.
        chats: ARN of the secret of each chat, by its name, as JSON.
        access: Kubernetes group to the ARNs of the roles that belong to it.
    """

    table: str = ""
    evidence_bucket: str = ""
    topic: str = ""
    cluster_role: str = ""
    node_role: str = ""
    node_profile: str = ""
    key: str = ""
    role: str = ""
    adopter: str = ""
    adopt_machine: str = ""
    clean_machine: str = ""
    shift_machine: str = ""
    drain_machine: str = ""
    bell: str = ""
    directly_after: str = ""
    secrets_queue: str = ""
    secrets_dead_letters: str = ""
    upgrade_machine: str = ""
    interruptions_queue: str = ""
    chat_queue: str = ""
    command_function: str = ""
    messengers: str = ""
    clocks: str = ""
    q_topic: str = ""
    chats: str = ""
    access: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> "Settings":
        """The settings in a process's environment variables.

        Raises:
            SettingsError: NORIKAE_ACCESS is not the JSON object that the stack writes.
        """
        texts = {name: variables.get(f"NORIKAE_{name.upper()}", "") for name in cls.__slots__ if name != "access"}
        try:
            access = _by_group(json.loads(variables.get("NORIKAE_ACCESS", "{}")))
        except (ValueError, AttributeError, TypeError) as error:
            raise SettingsError(f"NORIKAE_ACCESS: {error}; it maps role ARNs to Kubernetes groups, in JSON") from error
        return cls(**texts, access=access)

    def need(self, name: str) -> str:
        """A setting that must be there.

        Raises:
            SettingsError: the stack does not give it to this function.
        """
        value = getattr(self, name)
        if not value:
            raise SettingsError(f"NORIKAE_{name.upper()} is not set; stacks/permissions.py gives it to a function")
        return str(value)


def to_variable(access: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What NORIKAE_ACCESS says of groups and their roles: each role once, with its groups, each without its beginning.

    All variables of a function have four kilobytes (Lambda guide, "Lambda quotas"), and a role's ARN has a hundred.

    Args:
        access: Kubernetes group to the ARNs of the roles that belong to it.
    """
    roles = dict.fromkeys(role for members in access.values() for role in members)
    short = {group: group.removeprefix(GROUPS) for group in access}
    return {role: " ".join(short[group] for group, members in access.items() if role in members) for role in roles}


def _by_group(roles: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    groups = dict.fromkeys(group for of_one in roles.values() for group in of_one.split())
    return {f"{GROUPS}{one}": tuple(role for role, of_one in roles.items() if one in of_one.split()) for one in groups}
