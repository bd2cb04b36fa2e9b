# ruff: noqa: N803 - the API spells its members so
"""Operations on tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.elbv2.store import DESCRIBE_TAGS_LIMIT, TAG_LIMIT, ElbStore, read_tags
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.aws.elbv2.records import Json


class TagOperations(ElbStore):
    """Read, add and remove tags of anything that Elastic Load Balancing keeps."""

    def describe_tags(self, *, ResourceArns: Sequence[str]) -> Json:
        """The tags of up to twenty resources.

        Raises:
            AwsError: ValidationError above twenty; LoadBalancerNotFound, TargetGroupNotFound, ListenerNotFound or
                RuleNotFound by the kind of ARN.
        """
        if len(ResourceArns) > DESCRIBE_TAGS_LIMIT:
            raise AwsError("ValidationError", f"Up to {DESCRIBE_TAGS_LIMIT} resources can be described at a time")
        found = [self.tagged(arn) for arn in ResourceArns]
        return {
            "TagDescriptions": [
                {"ResourceArn": known.arn, "Tags": [{"Key": key, "Value": known.tags[key]} for key in known.tags]}
                for known in found
            ]
        }

    def add_tags(self, *, ResourceArns: Sequence[str], Tags: Sequence[Json]) -> Json:
        """The tags are added or replaced, on all of the resources or on none.

        Raises:
            AwsError: as DescribeTags; DuplicateTagKeys, TooManyTags above 50.
        """
        added = read_tags(Tags)
        found = [self.tagged(arn) for arn in ResourceArns]
        if any(len(known.tags | added) > TAG_LIMIT for known in found):
            raise AwsError("TooManyTags", f"The maximum number of tags, {TAG_LIMIT}, is exceeded")
        for known in found:
            known.tags.update(added)
        return {}

    def remove_tags(self, *, ResourceArns: Sequence[str], TagKeys: Sequence[str]) -> Json:
        """The tags are gone; keys that are not there are ignored.

        Raises:
            AwsError: as DescribeTags.
        """
        for known in [self.tagged(arn) for arn in ResourceArns]:
            for key in TagKeys:
                known.tags.pop(key, None)
        return {}
