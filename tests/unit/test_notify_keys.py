"""Every mistake about chats has one text with its line, its field and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from stacks.environment_file import EnvironmentFileError, load
from tests.unit.test_environment_file import SMALL

WITH_SLACK = f"""{SMALL}notify:
  slack: {{secret: norikae/slack, team: T01, channel: C01AB}}
"""
LINES = WITH_SLACK.count("\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "argocd.yaml").write_text("kind: Namespace\n")
    return tmp_path / "chat.yaml"


def mistakes(file: Path, added: str) -> list[str]:
    """Every mistake of a file, without its name and line."""
    file.write_text(f"{WITH_SLACK}{added}")
    with pytest.raises(EnvironmentFileError) as caught:
        load(file)
    found = str(caught.value).splitlines()
    assert all(int(line.removeprefix(f"{file}:").partition(":")[0]) > LINES for line in found)
    return [line.removeprefix(f"{file}:").partition(": ")[2] for line in found]


def test_a_file_with_everything_right_is_taken(folder: Path) -> None:
    folder.write_text(
        WITH_SLACK
        + "  routes:\n"
        + "    - {events: [application-*, contested], slack: C02}\n"
        + "    - {team: payments, slack: C03, only: true}\n"
        + "  templates: {application-held: '{application} at {weight} %: {text}'}\n"
        + "  mute: [phase, interruption]\n"
    )
    notify = load(folder).notify
    assert [route.slack for route in notify.routes] == ["C02", "C03"]
    assert notify.mute == ("phase", "interruption")


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        (
            "  routes: [{events: [contested]}]\n",
            "notify.routes[0]: leads nowhere; write a channel (slack) or a room (chatwork)",
        ),
        (
            '  routes: [{events: [contested], chatwork: "77"}]\n',
            (
                "notify.routes[0].chatwork: is 77, but notify.chatwork is not set, which has the secret for it; "
                "set notify.chatwork, or leave the route out"
            ),
        ),
        (
            "  routes: [{slack: C02, team: payments}, {slack: C02, team: payments}]\n",
            "notify.routes[1]: says the same as routes[0]; take one of them out",
        ),
        (
            "  routes: [{events: [application-hold], slack: C02}]\n",
            (
                'notify.routes[0].events[0]: is "application-hold", which no event is called; '
                "did you mean `application-held`?"
            ),
        ),
        (
            "  routes: [{events: [secret-*], team: payments, slack: C02}]\n",
            (
                'notify.routes[0].events[0]: is "secret-*", which is never about a team\'s application; '
                "leave team out, or name events such as `application-*`"
            ),
        ),
        (
            "  templates: {application-hold: '{text}'}\n",
            "notify.templates.application-hold: is for no event; did you mean `application-held`?",
        ),
        (
            "  templates: {application-held: '{aplication} is held'}\n",
            (
                "notify.templates.application-held: names {aplication}, which no message of application-held has; "
                "did you mean `application`?"
            ),
        ),
        (
            "  templates: {application-held: ' '}\n",
            "notify.templates.application-held: is empty; write a text, or leave it out",
        ),
        (
            "  mute: [contested]\n",
            (
                'notify.mute[0]: is "contested", which always waits for somebody (page); '
                "leave it out; a route sends it elsewhere"
            ),
        ),
        ("  mute: [fase]\n", 'notify.mute[0]: is "fase", which no event is called; did you mean `phase`?'),
        (
            '  chatwork: {secret: norikae/slack, room: "77", account: "1"}\n',
            (
                "notify.chatwork.secret: is norikae/slack, which is the secret of notify.slack; "
                "make one for each chat: both have a token"
            ),
        ),
        (
            "  web_acl: arn:aws:wafv2:us-east-1:123456789012:regional/webacl/chats/1a2b\n",
            (
                "notify.web_acl: is of us-east-1 in account 123456789012, but the API is of ap-northeast-1 in account "
                "123456789012; name a regional web ACL of there"
            ),
        ),
        ("  mute: [phase, phase]\n", 'notify.mute[1]: is "phase" again; name it once'),
    ],
)
def test_a_mistake_has_one_text(folder: Path, added: str, expected: str) -> None:
    assert mistakes(folder, added) == [expected]


def test_a_web_acl_without_a_chat_stands_before_nothing(folder: Path) -> None:
    acl = "arn:aws:wafv2:ap-northeast-1:123456789012:regional/webacl/chats/1a2b"
    folder.write_text(f"{SMALL}notify: {{web_acl: '{acl}'}}\n")
    with pytest.raises(EnvironmentFileError, match=r"notify\.web_acl: has no API to stand before; set notify\.slack"):
        load(folder)


def test_all_mistakes_are_named_at_once(folder: Path) -> None:
    added = "  routes: [{events: [nothing-like-it], slack: C02}]\n  templates: {moon: x}\n  mute: [waiting]\n"
    assert len(mistakes(folder, added)) == 3
