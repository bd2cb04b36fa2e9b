"""Repositories: commits by content, branches, and what git says when it cannot."""

from pathlib import Path

import pytest

from local.cluster.git import GitError, GitRepositories, Repository


def test_a_folder_becomes_the_first_commit(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/web.yaml").write_text("kind: Web\n")
    (tmp_path / ".hidden").write_text("secret")
    repository = Repository.load(tmp_path)
    assert repository.files(repository.resolve("main")) == {"apps/web.yaml": "kind: Web\n"}
    assert repository.files(repository.resolve("HEAD"), "apps") == {"web.yaml": "kind: Web\n"}


def test_the_same_content_has_the_same_commit() -> None:
    one, two = Repository({"a": "1"}), Repository({"a": "1"})
    assert one.resolve("main") == two.resolve("main")
    assert one.commit("main", {"a": "2"}) == two.commit("main", {"a": "2"})
    assert one.commit("main", {"a": "1"}) != Repository({"a": "1"}).resolve("main")


def test_branches_move_and_commits_stay() -> None:
    repository = Repository({"a": "1", "b": "1"})
    first = repository.resolve("main")
    second = repository.commit("main", {"a": "2", "b": None})
    side = repository.commit("side", {"c": "3"})
    assert repository.files(first) == {"a": "1", "b": "1"}
    assert repository.files(second) == {"a": "2"}
    assert repository.files(side) == {"a": "2", "c": "3"}
    assert (repository.resolve("main"), repository.resolve("side"), repository.resolve(first)) == (second, side, first)


def test_what_is_not_there_is_named_as_argo_cd_names_it() -> None:
    repository = Repository({"a/b": "1"})
    with pytest.raises(GitError, match="unable to resolve 'v9' to a commit SHA"):
        repository.resolve("v9")
    with pytest.raises(GitError, match="app path does not exist"):
        repository.files(repository.resolve("main"), "nowhere")
    with pytest.raises(GitError, match="not our ref"):
        repository.files("0" * 40)
    with pytest.raises(GitError, match="nothing to delete"):
        repository.commit("main", {"c": None})
    with pytest.raises(GitError, match="repository not found"):
        GitRepositories().at("https://git.example.com/else.git")
    with pytest.raises(GitError, match="is not a folder"):
        Repository.load(Path("nowhere"))


def test_an_unreachable_server_answers_nothing() -> None:
    repository = Repository({"a": "1"})
    commit = repository.resolve("main")
    repository.reachable = False
    for ask in (lambda: repository.resolve("main"), lambda: repository.files(commit)):
        with pytest.raises(GitError, match="i/o timeout"):
            ask()


def test_the_suffix_of_a_url_makes_no_difference() -> None:
    repository = Repository({"a": "1"})
    repositories = GitRepositories({"https://git.example.com/one.git": repository})
    repositories.add("https://git.example.com/two", repository)
    assert repositories.at("https://git.example.com/one") is repositories.at("https://git.example.com/two.git")
