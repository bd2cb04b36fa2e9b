"""The adapters of what people come through: chats, who calls, the function that carries commands out, calendars."""

# ruff: noqa: PLC0415 - a cold start pays only for the adapters that its handler touches

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from norikae.chat.ports import Chatwork, Seen, Slack, Threads
    from norikae.commands.ports import Callers, Commander, Notes
    from norikae.environment import Environment
    from norikae.settings import Settings
    from norikae.support.ports import AwsHealth, Reminders
    from norikae.upgrade.ports import Topic
    from norikae.windows.ports import Calendars


class Doors:
    """The part of the world that people come through, for one invocation."""

    now: float
    environment: Environment
    settings: Settings

    @cached_property
    def callers(self) -> Callers:
        """STS."""
        from norikae.adapters.aws.callers import StsCallers
        from norikae.adapters.aws.session import session

        return StsCallers(session(), self.environment.environment)

    @cached_property
    def commander(self) -> Commander:
        """Lambda."""
        from norikae.adapters.aws.commander import ONCE, LambdaCommander
        from norikae.adapters.aws.session import session

        client = session().client("lambda", config=ONCE)
        return LambdaCommander(client, self.settings.need("command_function"), self.callers)

    @cached_property
    def notes(self) -> Notes:
        """SQS."""
        from norikae.adapters.aws.notes import SqsNotes

        return SqsNotes(_client("sqs"), self.settings.need("interruptions_queue"))

    @cached_property
    def slack(self) -> Slack:
        """HTTPS."""
        from norikae.adapters.chat.slack import HttpSlack

        return HttpSlack(self._chat("slack"))

    @cached_property
    def chatwork(self) -> Chatwork:
        """HTTPS."""
        from norikae.adapters.chat.chatwork import HttpChatwork

        return HttpChatwork(self._chat("chatwork"))

    @cached_property
    def q_topic(self) -> Topic:
        """SNS."""
        from norikae.adapters.aws.q_topic import AmazonQTopic

        return AmazonQTopic(_client("sns"), self.settings.need("q_topic"))

    @cached_property
    def threads(self) -> Threads:
        """DynamoDB."""
        from norikae.adapters.aws.threads import DynamoThreads

        return DynamoThreads(_client("dynamodb"), self.settings.need("table"), self.now)

    @cached_property
    def seen(self) -> Seen:
        """DynamoDB."""
        from norikae.adapters.aws.seen import DynamoSeen

        return DynamoSeen(_client("dynamodb"), self.settings.need("table"), self.now)

    @cached_property
    def calendars(self) -> Calendars:
        """Systems Manager."""
        from norikae.adapters.aws.calendars import ChangeCalendars

        return ChangeCalendars(_client("ssm"))

    @cached_property
    def aws_health(self) -> AwsHealth:
        """AWS Health."""
        from norikae.adapters.aws.health import AwsHealthEvents

        # One global endpoint, whose requests are signed for us-east-1 (AWS Health guide, "Endpoints").
        return AwsHealthEvents(_client("health", region="us-east-1"))

    @cached_property
    def reminders(self) -> Reminders:
        """DynamoDB."""
        from norikae.adapters.aws.reminders import DynamoReminders

        return DynamoReminders(_client("dynamodb"), self.settings.need("table"), self.environment.environment)

    def _chat(self, name: str) -> str:
        """The token of a chat, which is in memory only."""
        from norikae.adapters.chat.tokens import token

        return token(_client("secretsmanager"), self.settings.need("chats"), name)


def _client(service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3's clients have no types
    from norikae.adapters.aws.session import client

    return client(service, region)
