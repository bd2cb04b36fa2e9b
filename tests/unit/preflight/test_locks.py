"""A name that somebody else has protected in Route 53 cannot be moved, and that is found before anything is built."""

from __future__ import annotations

import msgspec

from norikae.errors import AwsRefusedError
from tests.unit.preflight.stories import HOST, BeforeARun


def locked(comment: str, *names: tuple[str, str]) -> BeforeARun:
    world = BeforeARun()
    world.names.locks.by(comment, *(names or ((HOST, "A"),)))
    return world


def test_somebody_elses_lock_blocks_and_is_named_with_its_comment_and_a_remedy() -> None:
    found = locked("frozen for the audit").only("locks")
    assert (found.severity, found.subject) == ("blocker", HOST)
    assert "frozen for the audit" in found.text
    assert "delete-resource-record-set-protections" in found.remedy


def test_a_lock_on_a_name_that_could_own_it_blocks_too() -> None:
    assert locked("", (f"aaaa-{HOST}", "TXT")).only("locks").blocks


def test_what_norikae_left_itself_is_no_obstacle() -> None:
    assert locked("norikae env=demo run=long-ago application=web").only("locks").severity == "note"


def test_another_environments_lock_is_somebody_elses() -> None:
    assert locked("norikae env=demo-2 run=r application=web").only("locks").blocks


def test_locks_on_other_names_are_nobodys_business() -> None:
    assert locked("theirs", ("www.example.com", "A"), (HOST, "CAA")).everything() == ()


def test_without_protections_there_is_a_warning_only_for_whoever_wants_them() -> None:
    world = BeforeARun()
    world.names.locks.broken = AwsRefusedError("route53:ListResourceRecordSetProtections", "AccessDenied", "no")
    assert world.everything() == ()
    dns = msgspec.structs.replace(world.environment.dns, protect=True)
    world.environment = msgspec.structs.replace(world.environment, dns=dns)
    assert world.only("locks").severity == "warning"
