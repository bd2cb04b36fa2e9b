"""Turns the world of a scenario into what a person sees of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local.demo.brownfield import set_identifier
from local.demo.stage import Stage
from local.demo.view import Snapshot, View

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution


class Watcher:
    """Turns the world into snapshots."""

    def __init__(self, stage: Stage, execution: Execution, view: View) -> None:
        self._stage, self._execution, self._view = stage, execution, view
        self._began = stage.world.kernel.seconds()
        definition = json.loads(execution.machine.text)["States"]
        self._phases = {name for name, state in definition.items() if state["Type"] in ("Task", "Map")}
        self._phase = "Plan upgrade"
        self._seen = 0
        self.left_at: dict[str, float] = {}
        """When blue's weight was first seen at 0, by application, in seconds since the epoch."""

    def look(self) -> None:
        """Show the world as it is."""
        self._show("")
        for one in self._stage.applications:
            if self._stage.world.route53.weights_of(one.hosts[0]).get(self._stage.blue) == 0:
                self.left_at.setdefault(one.name, self._stage.world.kernel.now())

    def say(self, line: str) -> None:
        """Show the world with something that just happened."""
        self._show(line)

    def _show(self, line: str) -> None:
        events = self._execution.history.events
        for event in events[self._seen :]:
            name = event.get("stateEnteredEventDetails", {}).get("name", "")
            if name in self._phases:
                self._phase = name
        self._seen = len(events)
        self._view.show(
            Snapshot(
                seconds=self._stage.world.kernel.seconds() - self._began,
                phase=self._phase if self._execution.status == "RUNNING" else f"ended: {self._execution.status}",
                waiting_for="",
                weights=self._weights(),
                served=self._stage.clients.total,
                failed=self._stage.clients.failed,
                line=line,
                teams={one.name: one.team for one in self._stage.applications},
                by_cluster=dict(self._stage.clients.served()),
            )
        )

    def _weights(self) -> dict[str, int]:
        blue = {self._stage.blue, set_identifier(self._stage.blue)}
        return {
            application.name: sum(
                weight
                for cluster, weight in self._stage.world.route53.weights_of(application.hosts[0]).items()
                if cluster not in blue
            )
            for application in self._stage.applications
        }
