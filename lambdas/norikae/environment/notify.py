"""The part of an environment file that says where people read and write."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from norikae.environment.part import Part

Language = Literal["en", "ja"]
SecretName = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9/_+=.@-]+$", description="The name of a secret in Secrets Manager.")
]
Channel = Annotated[str, msgspec.Meta(pattern=r"^[CGD][A-Z0-9]+$", description="The id of a channel, such as `C01AB`.")]
Room = Annotated[str, msgspec.Meta(pattern=r"^[0-9]+$", description="The number of a room, quoted.")]


class Slack(Part, frozen=True):
    """One Slack app in one workspace."""

    secret: Annotated[SecretName, msgspec.Meta(description="Its JSON has `token` (xoxb-…) and `signing_key`.")]
    team: Annotated[str, msgspec.Meta(pattern=r"^[TE][A-Z0-9]+$", description="The id of the workspace.")]
    channel: Annotated[Channel, msgspec.Meta(description="Where messages go, and commands come from.")]
    commands: Annotated[
        tuple[Channel, ...], msgspec.Meta(description="Further channels from which commands are taken.")
    ] = ()


class Chatwork(Part, frozen=True):
    """One Chatwork account."""

    secret: Annotated[SecretName, msgspec.Meta(description="Its JSON has `token` and `webhook_token`.")]
    room: Annotated[Room, msgspec.Meta(description="Where messages go, and commands come from.")]
    account: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[0-9]+$", description="The id of norikae's own account, whose messages are no commands."
        ),
    ]
    commands: Annotated[tuple[Room, ...], msgspec.Meta(description="Further rooms from which commands are taken.")] = ()


class Route(Part, frozen=True):
    """Where messages of some events, or about some team's applications, go besides."""

    events: Annotated[
        tuple[str, ...], msgspec.Meta(description="Events by name, or by the beginning with a `*`; all when empty.")
    ] = ()
    team: Annotated[str, msgspec.Meta(description="Only messages about applications of this team; all when empty.")] = (
        ""
    )
    slack: Annotated[str, msgspec.Meta(pattern=r"^$|^[CGD][A-Z0-9]+$", description="A channel.")] = ""
    chatwork: Annotated[str, msgspec.Meta(pattern=r"^[0-9]*$", description="A room.")] = ""
    only: Annotated[bool, msgspec.Meta(description="Whether they go here instead of where everything goes.")] = False


class Notify(Part, frozen=True):
    """Chats; everything is on the stack's SNS topic besides."""

    language: Annotated[Language, msgspec.Meta(description="Of messages and answers in chats.")] = "en"
    slack: Annotated[Slack | None, msgspec.Meta(description="None without it.")] = None
    chatwork: Annotated[Chatwork | None, msgspec.Meta(description="None without it.")] = None
    amazon_q: Annotated[
        bool,
        msgspec.Meta(description="Whether there is a second topic, in the form that Amazon Q Developer in chat shows."),
    ] = False
    web_acl: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^$|^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/.+$",
            description="The ARN of a regional web ACL of AWS WAF that is asked before a chat's request is heard.",
        ),
    ] = ""
    routes: Annotated[tuple[Route, ...], msgspec.Meta(description="Where some messages go besides.")] = ()
    templates: Annotated[
        dict[str, str],
        msgspec.Meta(
            description="Other texts by event, with the keys of a message in braces, such as `{application}`."
        ),
    ] = {}
    mute: Annotated[tuple[str, ...], msgspec.Meta(description="Events of severity info that chats do not show.")] = ()

    def secrets(self) -> dict[str, str]:
        """The secret's name of each chat that there is."""
        chats = {"slack": self.slack, "chatwork": self.chatwork}
        return {name: chat.secret for name, chat in chats.items() if chat is not None}
