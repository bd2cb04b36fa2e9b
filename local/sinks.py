"""Everywhere that something can be written down in a world, except the Secrets of its clusters and Secrets Manager.

Read past the API, so that nothing is left out because a page was not asked for, and nobody sees that it was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from moto.dynamodb.models import dynamodb_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.ssm.models import ssm_backends

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.kubernetes.api import ApiServer
    from local.world import World

SECRETS = "secrets"
"""The one resource of a cluster that may hold a value."""
WRITES = frozenset({"CreateSecret", "PutSecretValue", "UpdateSecret"})
"""The calls of Secrets Manager that carry a value, when its owner makes them."""


class Place(NamedTuple):
    """Something that was written down: in which kind of sink, where, and what."""

    sink: str
    where: str
    content: str | bytes


def sinks(world: World) -> Iterator[Place]:
    """Everything in a world that should have no value of a secret.

    Args:
        world: at rest.
    """
    account, region = world.environment.account, world.environment.region
    yield from _functions(world)
    yield from _calls(world)
    yield from _executions(world)
    yield from _stored(account, region)
    yield from _sent(account, region)
    yield from _chats(world)
    for number, event in enumerate(world.events.events):
        yield Place("events", f"{event['detail-type']} {number}", repr(event))
    for name, cluster in world.clusters.items():
        yield from objects(cluster.api, name)


def objects(api: ApiServer, cluster: str) -> Iterator[Place]:
    """Every object of a cluster that is not a Secret, and what its audit has noted.

    Args:
        api: its API server.
        cluster: its name.
    """
    for kind in api.catalog.all():
        if kind.name != SECRETS:
            for obj in api.list(kind.name):
                meta = obj["metadata"]
                place = f"{cluster} {kind.name} {meta.get('namespace', '')}/{meta['name']}"
                yield Place("clusters", place, repr(obj))
    for (path, agent), noted in api.audit.outdated.items():
        yield Place("audit", f"{cluster} {path} {agent}", repr(noted))


def of_files(texts: Mapping[str, str]) -> Iterator[Place]:
    """Files that somebody is given, such as reports.

    Args:
        texts: by name.
    """
    for name, text in texts.items():
        yield Place("reports", name, text)


def _functions(world: World) -> Iterator[Place]:
    for name, lines in world.runtime.logs.items():
        yield Place("function logs", name, "\n".join(lines))
    for function in world.runtime.functions.values():
        yield Place("configuration", function.name, repr(function.environment))
    for number, text in enumerate(world.front.failures):
        yield Place("failures of the world", str(number), text)


def _calls(world: World) -> Iterator[Place]:
    """Every call as the front recorded it; the owner of a secret may write its value, and a function may not."""
    functions = {role for one in world.runtime.functions.values() for role in [one.role_arn]}
    for number, call in enumerate(world.front.calls):
        writes = call.service == "secretsmanager" and call.operation in WRITES
        if not (writes and call.principal.arn not in functions):
            place = f"{call.principal.name} {call.service}:{call.operation} {number}"
            yield Place("AWS calls", place, repr(call.params))


def _executions(world: World) -> Iterator[Place]:
    for one in world.step_functions.executions.values():
        yield Place("executions", f"{one.name} ends", repr((one.input, one.output, one.error, one.cause)))
        for event in one.history.events:
            yield Place("executions", f"{one.name} {event['type']} {event['id']}", repr(event))


def _stored(account: str, region: str) -> Iterator[Place]:
    for table in dynamodb_backends[account][region].tables.values():
        for item in table.all_items():
            yield Place(
                "tables", f"{table.name} {_plain(item.hash_key)} {_plain(item.range_key)}", repr(item.to_json())
            )
    for bucket in s3_backends[account]["aws"].buckets.values():
        for key, versions in bucket.keys.lists():
            for one in versions:
                if hasattr(one, "metadata"):  # a delete marker has none
                    yield Place("buckets", f"{bucket.name}/{key} metadata", repr((key, dict(one.metadata))))
                    yield Place("buckets", f"{bucket.name}/{key}", one.value)
    for name, versions in ssm_backends[account][region]._parameters.items():  # noqa: SLF001 - moto has no other way
        yield Place("parameters", name, repr([one.value for one in versions]))
    for group in logs_backends[account][region].groups.values():
        for stream in group.streams.values():
            yield Place(
                "log groups", f"{group.name} {stream.log_stream_name}", repr([one.message for one in stream.events])
            )


def _sent(account: str, region: str) -> Iterator[Place]:
    for topic in sns_backends[account][region].topics.values():
        for number, sent in enumerate(topic.sent_notifications):
            yield Place("topics", f"{topic.name} {number}", repr(sent))
    for queue in sqs_backends[account][region].queues.values():
        for one in queue._messages:  # noqa: SLF001 - moto has no other way
            yield Place("queues", f"{queue.name} {one.id}", repr((one.body, one.message_attributes)))


def _chats(world: World) -> Iterator[Place]:
    """What stands in the chats and has stood there, what they were asked, and what they have sent."""
    for number, line in enumerate(world.conversation.lines):
        yield Place("chats", f"{line.chat} {line.where} {number}", repr(line))
    for place, message in world.slack.messages.items():
        yield Place("chats", f"slack {' '.join(place)}", repr(message))
    for name, chat in (("slack", world.slack), ("chatwork", world.chatwork)):
        for number, asked in enumerate(chat.asked):
            yield Place("requests to chats", f"{asked.target} {number}", asked.body + b" " + asked.answer)
        for number, sent in enumerate(chat.sent):
            yield Place(
                "requests of chats", f"{name} {sent.url.partition('?')[0]} {number}", sent.body + b" " + sent.answer
            )


def _plain(key: Any) -> str:
    return str(getattr(key, "value", key) or "")
