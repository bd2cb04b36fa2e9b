"""Plans, findings and reports in S3."""

import json
from typing import Any

from norikae.adapters.aws.calls import call


class S3Evidence:
    """``Evidence`` over one bucket.

    Args:
        client: boto3's S3 client.
        bucket: its name.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def keep(self, key: str, document: dict[str, Any]) -> str:
        """Store a JSON document; its S3 URI."""
        body = json.dumps(document, indent=2, sort_keys=True).encode()
        call(self._client.put_object, Bucket=self._bucket, Key=key, Body=body, ContentType="application/json")
        return f"s3://{self._bucket}/{key}"
