"""What load balancer controllers left in AWS: deleted only in the order in which AWS lets it go."""

from __future__ import annotations

from typing import Any


class FakeOrphans:
    """Things by cluster; a target group is in use while a load balancer is there, a security group while it is used."""

    def __init__(self) -> None:
        self.balancers: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.walls: dict[str, str] = {}
        self.used: set[str] = set()
        self.asked: list[str] = []

    def leave(self, cluster: str) -> None:
        """A controller that ended too early leaves one of each."""
        self.balancers[f"arn:elb:loadbalancer/app/{cluster}/1"] = cluster
        self.groups[f"arn:elb:targetgroup/{cluster}/1"] = cluster
        self.walls[f"sg-{cluster}"] = cluster

    def load_balancers(self, cluster: str) -> tuple[str, ...]:
        return _of(self.balancers, cluster)

    def target_groups(self, cluster: str) -> tuple[str, ...]:
        return _of(self.groups, cluster)

    def security_groups(self, cluster: str) -> tuple[str, ...]:
        return _of(self.walls, cluster)

    def delete_load_balancer(self, arn: str) -> None:
        self._gone(self.balancers, arn)

    def delete_target_group(self, arn: str) -> bool:
        if self.groups.get(arn) in self.balancers.values():
            return False
        return self._gone(self.groups, arn)

    def delete_security_group(self, group: str) -> bool:
        if group in self.used or self.walls.get(group) in self.balancers.values():
            return False
        return self._gone(self.walls, group)

    def _gone(self, things: dict[str, Any], thing: str) -> bool:
        if things.pop(thing, None) is not None:
            self.asked.append(f"delete {thing}")
        return True


def _of(things: dict[str, str], cluster: str) -> tuple[str, ...]:
    return tuple(thing for thing, owner in things.items() if owner == cluster)
