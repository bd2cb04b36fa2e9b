"""Security groups: who may open a connection to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.aws.ec2.filters import matching, page
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local.kernel import Kernel

EVERY_PROTOCOL = "-1"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may enter a group.

    Args:
        id: of the rule.
        group: the group that is entered.
        protocol: ``tcp``, or ``-1`` for every one.
        first: the lowest port, -1 for every one.
        last: the highest port.
        source: the group that connections come from; "" for addresses.
        addresses: the addresses that they come from; "" for a group.
    """

    id: str
    group: str
    protocol: str
    first: int
    last: int
    source: str = ""
    addresses: str = ""

    def admits(self, sources: Iterable[str], port: int) -> bool:
        """Whether somebody with these groups may open a TCP connection to a port."""
        covers = self.protocol == EVERY_PROTOCOL or (self.protocol == "tcp" and self.first <= port <= self.last)
        return covers and (self.source in sources or self.addresses == "0.0.0.0/0")

    def described(self, account: str) -> dict[str, Any]:
        """As EC2 describes it (API reference, SecurityGroupRule)."""
        source = {"ReferencedGroupInfo": {"GroupId": self.source, "UserId": account}} if self.source else {}
        return {
            "SecurityGroupRuleId": self.id,
            "GroupId": self.group,
            "GroupOwnerId": account,
            "IsEgress": False,
            "IpProtocol": self.protocol,
            "FromPort": self.first,
            "ToPort": self.last,
            **source,
            **({"CidrIpv4": self.addresses} if self.addresses else {}),
            "Tags": [],
        }


class SecurityGroupOperations(Simulator):
    """Rules of ingress, by group or by address; groups themselves are made by whoever owns them."""

    kernel: Kernel
    account: str

    def identifier(self, stream: str) -> str:
        """Seventeen hexadecimal digits."""
        return self.kernel.uuid(f"ec2/{stream}").replace("-", "")[:17]

    def new_group(self, group: str, tags: Mapping[str, str] | None = None) -> None:
        """A group whose members reach each other, as EKS makes one for a cluster.

        Source: EKS user guide, "View Amazon EKS security group requirements for clusters".
        """
        if group not in self.groups:
            self.groups[group] = {}
            self.group_tags[group] = dict(tags or {})
            self.admit(group, source=group, protocol=EVERY_PROTOCOL, port=-1)

    @property
    def group_tags(self) -> dict[str, dict[str, str]]:
        """Group to its tags."""
        found: dict[str, dict[str, str]] = self.__dict__.setdefault("_group_tags", {})
        return found

    def worn(self) -> set[str]:
        """The groups that network interfaces have."""
        return {group for wearers in self.wearers for group in wearers()}

    @property
    def wearers(self) -> list[Callable[[], Iterable[str]]]:
        """Whoever makes network interfaces says which groups they have."""
        found: list[Callable[[], Iterable[str]]] = self.__dict__.setdefault("_wearers", [])
        return found

    def delete_security_group(self, **request: Any) -> dict[str, Any]:
        """The group is gone.

        Raises:
            AwsError: InvalidGroup.NotFound; DependencyViolation while a network interface has the group, or a rule of
                another group names it (EC2 API reference, DeleteSecurityGroup).
        """
        group = self._known(request["GroupId"])
        rules = (rule for other, found in self.groups.items() if other != group for rule in found.values())
        if group in self.worn() or any(rule.source == group for rule in rules):
            raise AwsError("DependencyViolation", f"resource {group} has a dependent object")
        del self.groups[group]
        del self.group_tags[group]
        return {"Return": True, "GroupId": group}

    @property
    def groups(self) -> dict[str, dict[str, Rule]]:
        """Group to its rules of ingress by their ids."""
        found: dict[str, dict[str, Rule]] = self.__dict__.setdefault("_groups", {})
        return found

    def admit(self, group: str, *, source: str = "", addresses: str = "", protocol: str = "tcp", port: int) -> Rule:
        """Add a rule of ingress."""
        rule = Rule(f"sgr-{self.identifier('rules')}", group, protocol, port, port, source, addresses)
        self.groups[group][rule.id] = rule
        return rule

    def reaches(self, sources: Iterable[str], targets: Iterable[str], port: int) -> bool:
        """Whether somebody with some groups may connect to something with others: one rule of any of them is enough."""
        known = set(sources)
        return any(rule.admits(known, port) for group in targets for rule in self.groups.get(group, {}).values())

    def describe_security_group_rules(self, **request: Any) -> dict[str, Any]:
        """The rules of ingress; a group that does not exist has none."""
        rows = [rule.described(self.account) for rules in self.groups.values() for rule in rules.values()]
        keys = {"group-id": "GroupId", "security-group-rule-id": "SecurityGroupRuleId"}
        return page(matching(rows, request.get("Filters", []), keys), request, "SecurityGroupRules")

    def authorize_security_group_ingress(self, **request: Any) -> dict[str, Any]:
        """Rules for every permission of the request; one that is there already refuses the whole call."""
        group = self._known(request["GroupId"])
        wanted = [
            (permission["IpProtocol"], permission.get("FromPort", -1), pair.get("GroupId", ""), pair.get("CidrIp", ""))
            for permission in request.get("IpPermissions", [])
            for pair in (*permission.get("UserIdGroupPairs", []), *permission.get("IpRanges", []))
        ]
        there = {(rule.protocol, rule.first, rule.source, rule.addresses) for rule in self.groups[group].values()}
        if there & set(wanted):
            raise AwsError("InvalidPermission.Duplicate", "the specified rule already exists")
        made = [
            self.admit(group, source=source, addresses=addresses, protocol=protocol, port=port)
            for protocol, port, source, addresses in wanted
        ]
        return {"Return": True, "SecurityGroupRules": [rule.described(self.account) for rule in made]}

    def revoke_security_group_ingress(self, **request: Any) -> dict[str, Any]:
        """Rules are gone, by their ids."""
        group = self._known(request["GroupId"])
        for identifier in request.get("SecurityGroupRuleIds", []):
            if self.groups[group].pop(identifier, None) is None:
                text = f"The security group rule ID '{identifier}' does not exist"
                raise AwsError("InvalidSecurityGroupRuleId.NotFound", text)
        return {"Return": True}

    def _known(self, group: str) -> str:
        if group not in self.groups:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
        return group
