"""Access logs of Application Load Balancers in S3.

Source: Application Load Balancer guide, "Access log files": names of objects, five minutes, gzip.
"""

import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from norikae.adapters.aws.calls import call, pages

MOST_OBJECTS = 12
MOST_BYTES = 2_000_000
"""Of each object, packed; and four times as much unpacked."""
GZIP = 31


class S3AccessLogs:
    """``AccessLogs`` over S3, of load balancers that write into one of some buckets.

    Args:
        elb: boto3's elbv2 client.
        s3: boto3's S3 client.
        buckets: those that may be read.
        account: of the load balancers.
        region: likewise.
    """

    def __init__(self, elb: Any, s3: Any, buckets: Sequence[str], account: str, region: str) -> None:
        self._elb, self._s3, self._buckets = elb, s3, tuple(buckets)
        self._account, self._region = account, region

    def lines(self, dns_name: str, *, start: float, end: float) -> list[str]:
        """The newest entries that were delivered between two instants; bounded, and none without a readable log."""
        listed = (one for page in pages(self._elb.describe_load_balancers) for one in page["LoadBalancers"])
        arn = next((one["LoadBalancerArn"] for one in listed if one["DNSName"].lower() == dns_name.lower()), "")
        if not arn:
            return []
        answer = call(self._elb.describe_load_balancer_attributes, LoadBalancerArn=arn)
        attributes = {one["Key"]: one["Value"] for one in answer["Attributes"]}
        bucket = attributes.get("access_logs.s3.bucket", "")
        if attributes.get("access_logs.s3.enabled") != "true" or bucket not in self._buckets:
            return []
        names = self._names(attributes.get("access_logs.s3.prefix", ""), arn, start, end)
        keys = [key for prefix, after in names for key in self._keys(bucket, prefix, after)]
        return [line for key in keys[-MOST_OBJECTS:] for line in self._read(bucket, key)]

    def _names(self, prefix: str, arn: str, start: float, end: float) -> Iterator[tuple[str, str]]:
        """Of each day how the objects' keys begin, and after which one they are new enough."""
        identifier = arn.partition(":loadbalancer/")[2].replace("/", ".")
        first = datetime.fromtimestamp(start, UTC)
        for day in dict.fromkeys(f"{datetime.fromtimestamp(at, UTC):%Y/%m/%d}" for at in (start, end)):
            folder = f"AWSLogs/{self._account}/elasticloadbalancing/{self._region}/{day}"
            name = f"{self._account}_elasticloadbalancing_{self._region}_{identifier}_"
            begin = f"{prefix}/{folder}/{name}".removeprefix("/")
            yield begin, f"{begin}{first:%Y%m%dT%H%MZ}"

    def _keys(self, bucket: str, prefix: str, after: str) -> list[str]:
        answer = call(self._s3.list_objects_v2, Bucket=bucket, Prefix=prefix, StartAfter=after)
        return [one["Key"] for one in answer.get("Contents", ())]

    def _read(self, bucket: str, key: str) -> list[str]:
        body = call(self._s3.get_object, Bucket=bucket, Key=key)["Body"].read(MOST_BYTES)
        text = zlib.decompressobj(GZIP).decompress(body, 4 * MOST_BYTES).decode(errors="replace")
        return text.splitlines()
