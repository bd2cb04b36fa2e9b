"""The machine images that EKS publishes, and the public parameters that name the newest."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.eks.calendar import CALENDAR
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.kernel import Kernel

_PARAMETER = re.compile(
    r"/aws/service/eks/optimized-ami/(?P<version>[^/]+)/amazon-linux-2023/(?P<processor>[^/]+)/standard/recommended/image_id"
)
PROCESSORS = ("arm64", "x86_64")


def image_of(version: str, processor: str) -> str:
    """The id of the image with Amazon Linux 2023 for a Kubernetes version."""
    return "ami-" + hashlib.sha256(f"{version}/{processor}".encode()).hexdigest()[:17]


def _images() -> Iterator[tuple[str, tuple[str, str]]]:
    for version in CALENDAR:
        for processor in PROCESSORS:
            yield image_of(version, processor), (version, processor)


_KNOWN = dict(_images())


def processor_of_image(image: str) -> str | None:
    """The processor that an image is for, or nothing if there is no such image."""
    return _KNOWN[image][1] if image in _KNOWN else None


def version_of_image(image: str) -> str | None:
    """The Kubernetes version of an image's kubelet, or nothing if there is no such image."""
    return _KNOWN[image][0] if image in _KNOWN else None


class PublicParameters(Simulator):
    """AWS's public parameters about images; moto answers for all others.

    Source: EKS user guide, "Retrieve recommended Amazon Linux AMI IDs".
    """

    service: ClassVar[str] = "ssm"
    falls_through: ClassVar[bool] = True

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def get_parameter(self, **request: Any) -> dict[str, Any]:
        """A public parameter.

        Raises:
            AwsError: ParameterNotFound; 501 for a parameter of the account, which this world has none of.
        """
        name = request["Name"]
        if not name.startswith("/aws/service/"):
            raise AwsError("NotImplemented", f"the embedded world has no parameter {name}", 501)
        found = _PARAMETER.fullmatch(name)
        if not found or found["version"] not in CALENDAR or found["processor"] not in PROCESSORS:
            raise AwsError("ParameterNotFound", "")
        value = image_of(found["version"], found["processor"])
        shown = {
            "Name": name,
            "Type": "String",
            "Value": value,
            "Version": 1,
            "LastModifiedDate": self._kernel.utcnow(),
        }
        return {"Parameter": shown}
