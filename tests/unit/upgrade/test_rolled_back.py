"""When everything is back on blue, green's pods lose their way to AWS; not before, and the run ends in any case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
import pytest

from norikae.cluster import trust
from norikae.environment import OnStop
from norikae.errors import RefusedError, TransientError
from norikae.upgrade.finish import report_failure
from norikae.upgrade.recovery import recover
from norikae.upgrade.state import AppItem, Flags
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.demo import demo_environment
from tests.unit.fakes.identity import BLUE_ISSUER, GREEN_ISSUER, FakeIdentity, admitting, policy, role
from tests.unit.fakes.story import GREEN, PARENT, SHIFT, Story

if TYPE_CHECKING:
    from collections.abc import Mapping

CHAT = role("chat")
BEFORE = policy(admitting(BLUE_ISSUER, "chat:api"))

Outcome = Literal["rolled-back", "moved"]


class Unwilling(FakeIdentity):
    """An IAM that lets nobody change a trust policy."""

    def replace_trust_policy(self, role: str, document: Mapping[str, Any]) -> None:
        raise RefusedError(f"{role} is not to become {document}")


def knowing_green() -> FakeIdentity:
    """An IAM in which pods of green may act as the role of pods of blue."""
    blue, green = (trust.provider_arn(CHAT, issuer) for issuer in (BLUE_ISSUER, GREEN_ISSUER))
    sid = trust.sid_of("ap-northeast-1", GREEN)
    identity = FakeIdentity({CHAT: trust.extended(BEFORE, blue, green, sid)})
    identity.create_provider(GREEN_ISSUER, trust.AUDIENCE, {"norikae:environment": "demo", "norikae:cluster": GREEN})
    return identity


class Aborted(Beginning):
    """A run that had built green and was aborted."""

    def __init__(self, **outcomes: Outcome) -> None:
        super().__init__(*outcomes)
        self.ports.environment = demo_environment(irsa_roles=[CHAT])
        self.identity = self.ports.identity = knowing_green()
        self.writer = self.starts()
        for name, outcome in outcomes.items():
            self.ports.table.write(self.writer, f"APP#{name}", AppItem(application=name, outcome=outcome))
        self.ports.table.write_unfenced(self.writer.run, "FLAGS", Flags(aborted=True, by="me"))
        item = self.phase()
        span = msgspec.structs.replace(item.spans[0], name="ensure-green-cluster")
        self.ports.table.write(self.writer, "PHASE", msgspec.structs.replace(item, spans=(span,)))

    def ends(self) -> dict[str, Any]:
        return report_failure(self.ports, self.writer.answer(), PARENT)


def test_iam_forgets_a_green_that_serves_nobody() -> None:
    run = Aborted(chat="rolled-back", files="rolled-back")
    assert run.ends()["error"] == "UpgradeRolledBack"
    assert (run.identity.policies[CHAT], run.identity.known) == (BEFORE, {})


def test_a_green_that_still_serves_one_application_keeps_its_roles() -> None:
    run = Aborted(chat="rolled-back", files="moved")
    run.ends()
    assert len(trust.statements(run.identity.policies[CHAT])) == 2
    assert len(run.identity.known) == 1


def test_what_aws_refuses_keeps_no_run_from_ending() -> None:
    run = Aborted(chat="rolled-back")
    run.ports.identity = Unwilling(run.identity.policies)
    assert run.ends()["error"] == "UpgradeRolledBack"
    assert "identity-left" in run.ports.table.said()
    assert run.ports.table.lease("").holder == ""


@pytest.mark.parametrize(("policy", "remembered"), [("roll-back", False), ("hold", True)])
def test_a_run_that_was_stopped_is_forgotten_like_one_that_ended(
    policy: Literal["roll-back", "hold"], *, remembered: bool
) -> None:
    story = Story()
    environment = msgspec.structs.replace(story.ports.environment, on_stop=OnStop(upgrade=policy))
    clusters = msgspec.structs.replace(environment.clusters, irsa_roles=(CHAT,))
    story.ports.environment = msgspec.structs.replace(environment, clusters=clusters)
    identity = story.ports.identity = knowing_green()
    story.prepared()
    story.moved_to(50)
    story.ports.executions.statuses[SHIFT] = "ABORTED"
    stopped = {"detail": {"executionArn": PARENT, "status": "ABORTED"}}
    if policy == "roll-back":
        with pytest.raises(TransientError, match="not in force yet"):
            recover(story.ports, stopped)
    assert len(identity.known) == 1
    assert recover(story.ports, stopped)["outcome"] == ("held" if remembered else "rolled-back")
    assert (len(identity.known), identity.policies[CHAT] == BEFORE) == ((1, False) if remembered else (0, True))
