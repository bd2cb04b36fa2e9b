"""The Git repositories that Argo CD's repo server can reach: folders of text files with branches and commits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

_COMMIT = re.compile(r"^[0-9a-f]{40}$")

Files = Mapping[str, str]
"""Text by path relative to the repository's root, with forward slashes."""


class GitError(Exception):
    """What git or the repo server says when a repository cannot be read."""


class Repository:
    """One repository; a commit is a full set of files, its id the SHA-1 over its content and its parent.

    Args:
        files: the first commit.
        branch: the default branch.
    """

    def __init__(self, files: Files, *, branch: str = "main") -> None:
        self._commits: dict[str, Files] = {}
        self.default_branch = branch
        self.branches: dict[str, str] = {}
        self.reachable = True
        self.login: Mapping[str, str] = {}
        """What a client must bring, such as username and password; everybody may read without."""
        self._record(branch, dict(files), parent="")

    @classmethod
    def load(cls, folder: Path, *, branch: str = "main") -> Repository:
        """A repository whose first commit is a folder on disk; hidden files are left out.

        Raises:
            GitError: the folder is not there.
        """
        if not folder.is_dir():
            raise GitError(f"{folder} is not a folder; point the world at a GitOps repository")
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        named = {path.relative_to(folder).as_posix(): path for path in paths}
        shown = {
            name: path for name, path in named.items() if not any(part.startswith(".") for part in name.split("/"))
        }
        return cls({name: path.read_text(encoding="utf-8") for name, path in shown.items()}, branch=branch)

    def commit(self, branch: str, changes: Mapping[str, str | None]) -> str:
        """A new commit on a branch, made of the branch's files with some replaced, added, or (None) deleted.

        A branch that does not exist starts at the default branch.

        Raises:
            GitError: a file to delete is not there.
        """
        parent = self.branches.get(branch, self.branches[self.default_branch])
        files = dict(self._commits[parent])
        for path, text in changes.items():
            if text is not None:
                files[path] = text
            elif files.pop(path, None) is None:
                raise GitError(f"{path} is not in {branch}; nothing to delete")
        return self._record(branch, files, parent=parent)

    def resolve(self, revision: str) -> str:
        """The commit of a branch, of HEAD, or of a full commit id.

        Raises:
            GitError: as Argo CD words it when neither branch, tag nor commit is meant, or the server cannot be reached.
        """
        self._reach()
        if revision in {"", "HEAD"}:
            return self.branches[self.default_branch]
        if revision in self.branches:
            return self.branches[revision]
        if _COMMIT.match(revision):
            return revision
        raise GitError(f"rpc error: code = Unknown desc = unable to resolve '{revision}' to a commit SHA")

    def files(self, commit: str, path: str = "") -> dict[str, str]:
        """The files of a commit under a path, by their names relative to it.

        Raises:
            GitError: the commit is not there, the path is not there, or the server cannot be reached.
        """
        self._reach()
        if commit not in self._commits:
            raise GitError(f"rpc error: code = Internal desc = Failed to fetch {commit}: not our ref {commit}")
        prefix = path.strip("/") + "/" if path.strip("/") not in {"", "."} else ""
        found = {
            name.removeprefix(prefix): text for name, text in self._commits[commit].items() if name.startswith(prefix)
        }
        if not found:
            raise GitError(f"rpc error: code = Unknown desc = {path}: app path does not exist")
        return found

    def _reach(self) -> None:
        if not self.reachable:
            raise GitError("rpc error: code = Unknown desc = failed to list refs: dial tcp: i/o timeout")

    def _record(self, branch: str, files: dict[str, str], *, parent: str) -> str:
        digest = hashlib.sha1(parent.encode(), usedforsecurity=False)
        for name, text in sorted(files.items()):
            digest.update(f"{name}\0{len(text)}\0{text}\0".encode())
        commit = digest.hexdigest()
        self._commits[commit] = MappingProxyType(files)
        self.branches[branch] = commit
        return commit


class GitRepositories:
    """Repositories by URL; ``.git`` at the end makes no difference, as for Argo CD."""

    def __init__(self, repositories: Mapping[str, Repository] | Iterable[tuple[str, Repository]] = ()) -> None:
        self._repositories = {_normal(url): repository for url, repository in dict(repositories).items()}

    def add(self, url: str, repository: Repository) -> None:
        """Make a repository reachable under a URL."""
        self._repositories[_normal(url)] = repository

    def at(self, url: str, credentials: Mapping[str, str] | None = None) -> Repository:
        """The repository of a URL.

        Args:
            url: where it is.
            credentials: what a client brings; without any, nobody is asked who they are (people of the world).

        Raises:
            GitError: nothing answers there, or not to these credentials.
        """
        found = self._repositories.get(_normal(url))
        if found is None:
            raise GitError(f"rpc error: code = Unknown desc = failed to list refs: repository not found: {url}")
        if credentials is not None and any(credentials.get(key) != value for key, value in found.login.items()):
            why = "authorization failed" if credentials else "authentication required"
            raise GitError(f"rpc error: code = Unknown desc = failed to list refs: {why}: {url}")
        return found


def same_repository(url: str, prefix: str, *, whole: bool) -> bool:
    """Whether a URL is another one, or begins with it (Argo CD's ``repository`` and ``repo-creds``)."""
    return _normal(url) == _normal(prefix) if whole else _normal(url).startswith(_normal(prefix))


def _normal(url: str) -> str:
    return url.lower().removesuffix("/").removesuffix(".git")
