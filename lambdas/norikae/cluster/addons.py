"""The add-ons of green, in two stages: those that nodes need, and all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster.health import failed_before, first_broken, waiting_for
from norikae.errors import RefusedError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.cluster.green import GreenBuild
    from norikae.cluster.site import Site

BEFORE_NODES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")
"""Add-ons that a node needs to become Ready or its pods to start; the others would only wait for nodes."""

SOON = 5
"""Seconds until the next look when an add-on was just asked for."""


def ensure_early_addons(site: Site, build: GreenBuild) -> Progress:
    """The next move towards the add-ons existing that nodes need; they may wait for nodes themselves.

    Args:
        site: where green is built.
        build: what green looks like.

    Raises:
        RefusedError: an add-on has no version for green's Kubernetes version.
        AwsRefusedError: an add-on failed; the text is AWS's.
    """
    wanted = [name for name in build.environment.clusters.addons if name in BEFORE_NODES]
    return _created(site, build, wanted)


def ensure_addons(site: Site, build: GreenBuild) -> Progress:
    """The next move towards every add-on being ACTIVE.

    Args:
        site: where green is built.
        build: what green looks like.

    Raises:
        RefusedError: an add-on has no version for green's Kubernetes version.
        AwsRefusedError: an add-on failed; the text is AWS's.
    """
    progress = _created(site, build, build.environment.clusters.addons)
    if not progress.ready:
        return progress
    found = {addon.name: addon for addon in site.eks.addons(build.green.name)}
    wanted = [found[name] for name in build.environment.clusters.addons if name in found]
    waiting = waiting_for("add-on", wanted)
    return Progress.wait(waiting, build.poll) if waiting else Progress.done()


def _created(site: Site, build: GreenBuild, wanted: Sequence[str]) -> Progress:
    """Every wanted add-on exists and none of them has failed."""
    cluster, version = build.green.name, build.green.version
    found = {addon.name: addon for addon in site.eks.addons(cluster)}
    there = [found[name] for name in wanted if name in found]
    failed = failed_before(there, build.since)
    for old in failed:
        site.eks.delete_addon(cluster, old.name)
    if failed:
        return Progress.wait(f"add-ons {', '.join(one.name for one in failed)}, which had failed, go first", SOON)
    first_broken("eks:CreateAddon", "add-on", there)
    missing = [name for name in wanted if name not in found]
    for name in missing:
        newest = site.eks.newest_addon_version(name, version)
        if newest is None:
            raise RefusedError(f"add-on {name} has no version for Kubernetes {version}; take it out of clusters.addons")
        site.eks.create_addon(cluster, name, newest, build.token(f"add-on/{name}/{build.since:.0f}"), build.tags)
    if missing:
        return Progress.wait(f"add-ons {', '.join(missing)} were just asked for", SOON)
    return Progress.done()
