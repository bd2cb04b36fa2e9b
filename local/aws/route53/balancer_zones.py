"""Hosted zones of AWS's own that alias records may point into."""

from __future__ import annotations

APPLICATION_BALANCERS = {
    "us-east-1": "Z35SXDOTRQ7X7K",
    "us-east-2": "Z3AADJGX6KTTL2",
    "us-west-1": "Z368ELLRRE2KJ0",
    "us-west-2": "Z1H1FL5HABSF5",
    "ap-northeast-1": "Z14GRHDCWA56QT",
    "ap-northeast-3": "Z5LXEXXYW11ES",
    "ap-southeast-1": "Z1LMS91P8CMLE5",
    "ap-southeast-2": "Z1GM3OXH4ZPM65",
    "eu-west-1": "Z32O12XQLNTSW2",
    "eu-central-1": "Z215JYRZR1TBD5",
}
"""The canonical hosted zone of Application Load Balancers by region (AWS General Reference, Elastic Load Balancing)."""

REGION_OF_ZONE = {zone: region for region, zone in APPLICATION_BALANCERS.items()}
CLOUDFRONT = "Z2FDTNDATAQYW2"


def balancer_zone(dns_name: str) -> str:
    """The canonical hosted zone of a load balancer's DNS name; empty when it is not one.

    Args:
        dns_name: with or without a trailing dot and ``dualstack.``.
    """
    for region, zone in APPLICATION_BALANCERS.items():
        if dns_name.rstrip(".").endswith(f".{region}.elb.amazonaws.com"):
            return zone
    return ""
