"""How people in chats reach norikae: a small REST API with one ear per chat, and the queue of what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from stacks.queues import queue_with_dead_letters, start_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_

ANSWER_SECONDS = 180
"""The reader's timeout: it invokes a function that has a minute, and tells its sender what came of it."""
VISIBLE_AFTER = 200
"""Seconds until a message that failed comes again: three times in the quarter of an hour that a command is good for.

Lambda demands the reader's timeout at least.
"""
ATTEMPTS = 5
"""How often it is tried before it is a dead letter; nobody wants a command to be carried out much later."""
REQUESTS_PER_SECOND = 20
BURST = 40
"""Requests at once, for each chat; a team types less, and the rest is refused before it costs an invocation."""
STAGE = "chat"


class Chat(Construct):
    """The queue of what people say, in order for each channel, and its dead letters.

    Args:
        key: encrypts both.
    """

    def __init__(self, scope: Construct, identifier: str, *, key: kms.IKey) -> None:
        super().__init__(scope, identifier)
        self.queue, self.dead_letters = queue_with_dead_letters(
            self, key=key, kept=cdk.Duration.hours(1), visible_after=VISIBLE_AFTER, attempts=ATTEMPTS, fifo=True
        )

    def starts(self, reader: lambda_.Function) -> None:
        """Let the queue start its reader, one message at a time: each is a command that may take long."""
        start_by(self.queue, reader, self, "Reader", batch=1, window=None)


class ChatApi(Construct):
    """The API: ``POST /slack`` and ``POST /chatwork``, as far as the environment has these chats.

    Each ear refuses what is not signed; the stage limits how often anybody is asked.

    Args:
        environment: the environment's name.
        ears: function by path.
        web_acl: ARN of a web ACL of AWS WAF that is asked before; "" for none.
    """

    def __init__(
        self, scope: Construct, identifier: str, *, environment: str, ears: Mapping[str, lambda_.Function], web_acl: str
    ) -> None:
        super().__init__(scope, identifier)
        self.paths = tuple(ears)
        self.api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=f"norikae-{environment}-chat",
            description=f"norikae {environment}: what people say in chats",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                throttling_rate_limit=REQUESTS_PER_SECOND,
                throttling_burst_limit=BURST,
                tracing_enabled=True,
            ),
        )
        for path, ear in ears.items():
            integration = apigateway.LambdaIntegration(ear, allow_test_invoke=False)
            self.api.root.add_resource(path).add_method("POST", integration)
        if web_acl:
            wafv2.CfnWebACLAssociation(
                self, "WebAcl", resource_arn=self.api.deployment_stage.stage_arn, web_acl_arn=web_acl
            )

    def url(self, path: str) -> str:
        """What a chat is told to call."""
        return self.api.url_for_path(f"/{path}")
