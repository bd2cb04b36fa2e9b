"""What the stack tells a function by environment variables: read once, into one frozen value."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from norikae.errors import SettingsError


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
    access: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> "Settings":
        """The settings in a process's environment variables.

        Raises:
            SettingsError: NORIKAE_ACCESS is not the JSON object that the stack writes.
        """
        texts = {name: variables.get(f"NORIKAE_{name.upper()}", "") for name in cls.__slots__ if name != "access"}
        try:
            access = {group: tuple(roles) for group, roles in json.loads(variables.get("NORIKAE_ACCESS", "{}")).items()}
        except (ValueError, AttributeError, TypeError) as error:
            raise SettingsError(f"NORIKAE_ACCESS: {error}; it maps a Kubernetes group to role ARNs, in JSON") from error
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
