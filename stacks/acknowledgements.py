"""What the rule packs find and we accept, each with its reason; a test fails on one that is not needed any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

if TYPE_CHECKING:
    from norikae.environment import Environment


class Accepted(NamedTuple):
    """One finding that is accepted at a construct and below it.

    Args:
        path: the construct, below the stack.
        rule: the finding, in full: a wildcard is accepted for one resource, never for all.
        reason: why it is right as it is.
    """

    path: str
    rule: str
    reason: str


def accepted(environment: Environment) -> tuple[Accepted, ...]:
    """Every accepted finding of an environment's stack.

    Args:
        environment: gives the names that the findings mention.
    """
    return (
        Accepted(
            "Reconciler/Rule",
            "Serverless-EventBusDLQ",
            "What a look did not do, the look of the next minute does; an old one would only be late.",
        ),
        Accepted(
            "State/Evidence",
            "AwsSolutions-S1",
            "Reads of the evidence are in CloudTrail's data events; a log bucket beside it could not use our key.",
        ),
        *_cluster_roles(),
        *_wildcards(environment),
        *_secrets(environment),
        Accepted(
            "Functions",
            "Serverless-LambdaDLQ",
            "State machines and people call these functions and see their errors; only what events start has a queue.",
        ),
        Accepted(
            "Functions/DoorBoundary",
            f"AwsSolutions-IAM5[Resource::arn:aws:sqs:{environment.region}:{environment.account}:"
            f"norikae-{environment.environment}-*]",
            "Dead letters go to queues that are made after the boundary; roles name each.",
        ),
        Accepted(
            "Functions/Boundary",
            f"AwsSolutions-IAM5[Resource::arn:aws:sqs:{environment.region}:{environment.account}:"
            f"norikae-{environment.environment}-*]",
            "The boundary has no room for every queue; CloudFormation names the stack's after it, roles name each.",
        ),
        Accepted(
            "Functions/Boundary",
            f"AwsSolutions-IAM5[Resource::arn:aws:states:{environment.region}:{environment.account}:"
            f"stateMachine:norikae-{environment.environment}-*]",
            "The boundary has no room for every machine; all begin with the environment's name, roles name each.",
        ),
        *_queues(environment),
        *_chats(environment),
    )


def _queues(environment: Environment) -> list[Accepted]:
    """Queues that start functions, and dead-letter queues."""
    notify = environment.notify
    chats = bool(notify.secrets())
    there = {
        "ZoneBell": True,
        "Interruptions": True,
        "Secrets": bool(environment.secret_sync.secrets),
        "Chat": chats,
        "Messages": chats or notify.amazon_q,
    }
    names = [name for name, is_there in there.items() if is_there]
    readers = [f"{name}/{'Writer' if name == 'ZoneBell' else 'Reader'}" for name in names]
    functions = ["Recover", "WatchSupport", *(["StartOnSchedule"] if environment.schedule else [])]
    names += ["Schedules"] if environment.schedule else []
    dead = [*(f"{name}/DeadLetters" for name in names), *(f"Functions/{name}DeadLetters" for name in functions)]
    return [
        *(
            Accepted(
                reader,
                "Serverless-LambdaEventSourceMappingDestination",
                "SQS sources have no such destination; the queue's own dead-letter queue takes what fails.",
            )
            for reader in readers
        ),
        *(
            Accepted(
                queue,
                "Serverless-SQSRedrivePolicy",
                "This queue is a dead-letter queue itself; an alarm watches it.",
            )
            for queue in dead
        ),
        *(
            [
                Accepted(
                    "Schedules/DeadLetters",
                    "AwsSolutions-SQS3",
                    "This is the dead-letter queue of EventBridge Scheduler, which the rule does not look at.",
                )
            ]
            if environment.schedule
            else []
        ),
    ]


def _chats(environment: Environment) -> list[Accepted]:
    """The API by which chats reach norikae, where the environment has one."""
    notify = environment.notify
    if not notify.secrets():
        return []
    signed = (
        "A chat signs what it sends, and cannot do more; the function behind the method refuses what is not signed."
    )
    logged = "Logs of a stage need a role of the whole account, which is its owner's; every request's ear logs it."
    wall = "A web ACL costs money and belongs to the account's owner; notify.web_acl of the environment file adds one."
    logging = ("AwsSolutions-APIG1", "AwsSolutions-APIG6", "Serverless-APIGWAccessLogging")
    return [
        *(Accepted("ChatApi/Api", rule, signed) for rule in ("AwsSolutions-APIG4", "AwsSolutions-COG4")),
        *(Accepted("ChatApi/Api", rule, logged) for rule in logging),
        Accepted(
            "ChatApi/Api",
            "AwsSolutions-APIG2",
            "A signature is over the raw body, so nothing may read it before the ear.",
        ),
        *([] if notify.web_acl else [Accepted("ChatApi/Api", "AwsSolutions-APIG3", wall)]),
    ]


def _cluster_roles() -> list[Accepted]:
    """The policies that EKS requires of a cluster's roles."""
    reason = "EKS requires this policy of the role, and AWS widens it when a Kubernetes version needs that."
    policies = {
        "ClusterRoles/Cluster": ["AmazonEKSClusterPolicy"],
        "ClusterRoles/Node": [
            "AmazonEKSWorkerNodePolicy",
            "AmazonEC2ContainerRegistryPullOnly",
            "AmazonEKS_CNI_Policy",
        ],
    }
    return [
        Accepted(path, f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{name}]", reason)
        for path, names in policies.items()
        for name in names
    ]


def _wildcards(environment: Environment) -> list[Accepted]:
    """Resources that cannot be named more exactly."""
    here = f"{environment.region}:{environment.account}"
    prefix, adopted = environment.clusters.prefix, environment.clusters.adopt
    states = f"arn:aws:states:{here}:execution:norikae-{environment.environment}"
    kinds = ("nodegroup", "addon", "access-entry", "podidentityassociation")
    parts = [f"{part}/{name}/*" for part in kinds for name in (f"{prefix}-*", adopted)]
    green = "Green's name is chosen by a run; the prefix is what the environment's clusters share."
    execution = "Executions are named by runs; the machine is fixed."
    tracing = "X-Ray, log delivery, EKS's catalogue, ELB, CloudWatch, task tokens take no resource; a test lists them."
    found = {
        "Functions": {
            "*": tracing,
            "<StateEvidence1A0E162C.Arn>/*": "Objects are named by runs; the bucket is fixed.",
            "arn:aws:health:*::event/EKS/*": "AWS Health names its events; only those of EKS are read.",
            "arn:aws:route53:::change/*": "Route 53 names a change when it is made; GetChange only reads.",
            f"arn:aws:iam::{environment.account}:role/aws-service-role/eks*.amazonaws.com/*": (
                "EKS's own service-linked roles, limited to the two services by a condition."
            ),
            f"arn:aws:iam::{environment.account}:oidc-provider/oidc.eks.{environment.region}.amazonaws.com/id/*": (
                "EKS chooses the last part of an issuer's URL; making and deleting one is limited by tag."
            ),
            **{f"arn:aws:eks:{here}:{part}": green for part in (f"cluster/{prefix}-*", *parts)},
            **{f"{states}-{kind}:*": execution for kind in ("upgrade", "shift", "adopt", "clean-green")},
            **_of_a_hub(environment),
            **_of_nodes(environment),
        },
        "Machines": {"*": tracing, f"{states}-shift:*": execution},
    }
    return [
        Accepted(path, f"AwsSolutions-IAM5[Resource::{resource}]", reason)
        for path, resources in found.items()
        for resource, reason in resources.items()
    ]


def _of_a_hub(environment: Environment) -> dict[str, str]:
    """The entries of a central Argo CD's cluster, if there is one, by resource."""
    if environment.argocd.hub is None:
        return {}
    entries = f"arn:aws:eks:{environment.region}:{environment.account}:access-entry/{environment.argocd.hub.cluster}/*"
    return {entries: "EKS adds an id of its own to an entry's ARN; norikae's functions are let in there by adopting."}


def _secrets(environment: Environment) -> list[Accepted]:
    """Beginnings of names of secrets, and the keys of secrets that the environment file names, if it names any."""
    if not (environment.argocd.secrets() or environment.secret_sync.secrets or environment.notify.secrets()):
        return []
    here = f"{environment.region}:{environment.account}"
    owner = "The owner of a secret chooses its key; conditions limit it to Secrets Manager and to these secrets."
    begins = "The environment file names secrets by the beginnings of their names, and each needs its owner's tag."
    names = [name for name in environment.secret_sync.secrets if name.endswith("*")]
    found = {
        f"arn:aws:kms:{here}:key/*": owner,
        **{f"arn:aws:secretsmanager:{here}:secret:{name}": begins for name in names},
    }
    return [Accepted("Functions", f"AwsSolutions-IAM5[Resource::{one}]", reason) for one, reason in found.items()]


def _of_nodes(environment: Environment) -> dict[str, str]:
    """What self-managed nodes need, by resource."""
    here = f"{environment.region}:{environment.account}"
    prefix = environment.clusters.prefix
    groups = f"arn:aws:autoscaling:{here}:autoScalingGroup:*:autoScalingGroupName"
    return {
        **dict.fromkeys(
            (f"arn:aws:ec2:{here}:{kind}/*" for kind in ("instance", "launch-template", "network-interface", "volume")),
            "EC2 names these when they are made; conditions limit them by the environment's tag.",
        ),
        **dict.fromkeys(
            (
                *(f"arn:aws:elasticloadbalancing:{here}:{kind}/*" for kind in ("loadbalancer", "targetgroup")),
                f"arn:aws:ec2:{here}:security-group/*",
                *(
                    [f"arn:aws:elasticloadbalancing:{here}:loadbalancer/app/*"]
                    if environment.shift.client_keep_alive
                    else []
                ),
            ),
            "The load balancer controller names these; conditions limit them by the tag with their cluster's name.",
        ),
        **dict.fromkeys(
            (f"arn:aws:s3:::{bucket}/*" for bucket in environment.decommission.access_logs),
            "Elastic Load Balancing names its access logs; the environment file names their buckets.",
        ),
        f"arn:aws:ec2:{here}:*": "Auto Scaling starts instances from launch templates only; a condition says so.",
        **dict.fromkeys(
            (
                f"arn:aws:iam::{environment.account}:role/aws-service-role/{service}.amazonaws.com/*"
                for service in ("autoscaling", "spot")
            ),
            "Service-linked roles of Auto Scaling and of spot instances, limited to them by a condition.",
        ),
        f"arn:aws:ssm:{environment.region}::parameter/aws/service/eks/optimized-ami/*": (
            "AWS's public parameters name the images of every version."
        ),
        f"arn:aws:ec2:{environment.region}::image/*": "EKS publishes the images that nodes start from.",
        f"{groups}/{prefix}-*": "Auto Scaling adds an id of its own to a group's ARN; a run names green.",
        f"{groups}/*": "An adopted cluster's groups have any name; a tag that says whose they are is a condition.",
    }


def add_rules(app: cdk.App) -> None:
    """Make synth fail on every finding of the AwsSolutions and Serverless packs that is not accepted."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


def acknowledge(stack: cdk.Stack, environment: Environment) -> None:
    """Accept the findings where they are found, and nowhere else."""
    for path, rule, reason in accepted(environment):
        construct = stack.node.find_child(path.split("/")[0])
        for name in path.split("/")[1:]:
            construct = construct.node.find_child(name)
        cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))
