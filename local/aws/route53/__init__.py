"""Amazon Route 53 as norikae, external-dns and the resolvers of the embedded world see it; docs/world/route53.md."""

from local.aws.route53.answers import Answer
from local.aws.route53.record import Alias, RecordSet
from local.aws.route53.simulator import Route53Simulator
from local.aws.route53.zone import AppliedBatch, HostedZone

__all__ = ["Alias", "Answer", "AppliedBatch", "HostedZone", "RecordSet", "Route53Simulator"]
