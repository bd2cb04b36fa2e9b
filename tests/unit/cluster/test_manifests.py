"""Manifests are read whole or not at all, and leave their mark on what came from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from norikae.cluster.manifests import carries, digest_of, read_manifests, stamped
from norikae.errors import SettingsError
from tests.unit.fakes.demo import namespace

if TYPE_CHECKING:
    from pathlib import Path


def test_objects_are_read_in_order(tmp_path: Path) -> None:
    file = tmp_path / "rbac.json"
    file.write_text('[{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}}]')
    assert read_manifests(file) == [namespace("argocd")]


@pytest.mark.parametrize("content", ["", "{}", '[{"kind": "Namespace", "metadata": {"name": "argocd"}}]'])
def test_what_is_not_a_list_of_objects_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "rbac.json"
    file.write_text(content)
    with pytest.raises(SettingsError, match=r"rbac\.json"):
        read_manifests(file)


def test_a_missing_file_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="make synth"):
        read_manifests(tmp_path / "rbac.json")


def test_the_mark_changes_with_the_file() -> None:
    digest = digest_of([namespace("a")])
    assert carries(stamped(namespace("a"), digest), digest)
    assert not carries(stamped(namespace("a"), digest), digest_of([namespace("b")]))
    assert not carries(namespace("a"), digest)
    assert not carries(None, digest)
