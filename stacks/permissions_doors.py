"""Who may do what: the functions through which people and schedules speak, and those that tell people something."""

from __future__ import annotations

from stacks import chat_grants, cluster_grants, grants, schedule_grants, support_grants
from stacks.chat import ANSWER_SECONDS
from stacks.messages import NOTIFY_SECONDS
from stacks.rights import TELLING
from stacks.row import Row, Setting

EAR: tuple[Setting, ...] = ("NORIKAE_CHATS", "NORIKAE_CHAT_QUEUE")
SPEAKS: tuple[Setting, ...] = ("NORIKAE_TABLE", "NORIKAE_COMMAND_FUNCTION")

DOORS = (
    Row(
        "Hear slack",
        "chat",
        (chat_grants.slack_key, chat_grants.letters_send),
        settings=EAR,
        memory=1024,
        timeout=10,
        only_with="slack",
        door=True,
        keyed=True,
    ),
    Row(
        "Hear chatwork",
        "chat",
        (chat_grants.chatwork_key, chat_grants.letters_send),
        settings=EAR,
        memory=1024,
        timeout=10,
        only_with="chatwork",
        door=True,
        keyed=True,
    ),
    Row(
        "Answer chat",
        "chat",
        (chat_grants.letters_hear, chat_grants.take, chat_grants.chat_tokens, chat_grants.command),
        settings=(*SPEAKS, "NORIKAE_CHATS"),
        memory=1024,
        timeout=ANSWER_SECONDS,
        only_with="chats",
        door=True,
        rung=True,
    ),
    Row(
        "Notify people",
        "events",
        (
            *(chat_grants.messages_hear, chat_grants.threads, chat_grants.runs_read),
            *(chat_grants.chat_tokens, chat_grants.amazon_q_tell),
        ),
        settings=("NORIKAE_TABLE", "NORIKAE_CHATS", "NORIKAE_Q_TOPIC"),
        timeout=NOTIFY_SECONDS,
        only_with="readers",
        door=True,
        rung=True,
    ),
    Row(
        "Start on schedule",
        "schedule",
        (schedule_grants.occurrences, grants.publish, chat_grants.command),
        settings=(*TELLING, "NORIKAE_COMMAND_FUNCTION"),
        timeout=120,
        only_with="schedule",
        door=True,
        asynchronous=True,
    ),
    Row(
        "Watch support",
        "schedule",
        (
            *(support_grants.support_read, support_grants.reminders_write, cluster_grants.cluster_endpoint),
            *(grants.publish, chat_grants.command),
        ),
        settings=(*TELLING, "NORIKAE_COMMAND_FUNCTION"),
        timeout=120,
        door=True,
        asynchronous=True,
    ),
)
