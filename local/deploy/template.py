"""A synthesized CDK assembly: its templates and the folders of its assets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class DeployError(Exception):
    """The template holds something that the materialiser does not know; nothing is skipped silently."""


@dataclass(frozen=True)
class Template:
    """One stack.

    Args:
        name: of the stack.
        body: the CloudFormation template.
        assets: the folder or file of each asset, by its object key.
    """

    name: str
    body: dict[str, Any]
    assets: dict[str, Path]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources by logical id."""
        found: dict[str, dict[str, Any]] = self.body.get("Resources", {})
        return found


def templates(assembly: Path) -> list[Template]:
    """The stacks of a cloud assembly (``cdk.out``), in its manifest's order.

    Raises:
        DeployError: the folder is not a synthesized assembly.
    """
    manifest = assembly / "manifest.json"
    if not manifest.is_file():
        msg = f"{assembly} is not a cloud assembly: synthesize first (make synth)"
        raise DeployError(msg)
    artifacts = json.loads(manifest.read_text())["artifacts"]
    assets = dict(_assets(assembly, artifacts))
    return [
        Template(name, json.loads((assembly / artifact["properties"]["templateFile"]).read_text()), assets)
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    ]


def _assets(assembly: Path, artifacts: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    for artifact in artifacts.values():
        if artifact["type"] == "cdk:asset-manifest":
            for file in json.loads((assembly / artifact["properties"]["file"]).read_text())["files"].values():
                for destination in file["destinations"].values():
                    yield destination["objectKey"], assembly / file["source"]["path"]
