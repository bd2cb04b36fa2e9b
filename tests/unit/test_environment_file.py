"""The environment file: every mistake at once, each with its line, its field and what would be right."""

import json
import re
from pathlib import Path

import msgspec
import pytest
import yaml

from norikae.environment import Environment
from norikae.errors import SettingsError
from stacks import environment_file
from stacks.environment import reference
from stacks.environment.schema import default_text, duration_text, fields
from stacks.environment_file import EnvironmentFileError, load

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "environments" / "example.yaml"
DEMO = ROOT / "environments" / "demo.yaml"

SMALL = """\
environment: chat
account: "123456789012"
region: ap-northeast-1
network:
  vpc: vpc-1
  subnets: {subnet-a: apne1-az4, subnet-c: apne1-az1}
  controller_subnets: [subnet-a]
  security_groups: [sg-1]
clusters:
  prefix: chat
  adopt: chat-1-33
  version: "1.35"
  addons: [vpc-cni, coredns, kube-proxy]
  node_groups:
    - {name: worker, kind: managed, instances: [m7g.large]}
argocd:
  install: argocd.yaml
  repository: https://git.example.com/chat.git
  path: clusters
dns:
  zones: [Z1]
"""


class Folder:
    """A folder with an environment file and its install manifest."""

    def __init__(self, path: Path) -> None:
        self.file = path / "chat.yaml"
        (path / "argocd.yaml").write_text("kind: Namespace\n")

    def load(self, text: str) -> Environment:
        self.file.write_text(text)
        return load(self.file)

    def mistakes(self, text: str) -> list[str]:
        """Every mistake as ``line: field: what; right``."""
        with pytest.raises(EnvironmentFileError) as caught:
            self.load(text)
        lines = str(caught.value).splitlines()
        assert all(line.startswith(f"{self.file}:") for line in lines)
        return [line.removeprefix(f"{self.file}:") for line in lines]

    def mistakes_after(self, old: str, new: str) -> list[str]:
        """The mistakes of the small file with one change."""
        assert SMALL.count(old) == 1
        return self.mistakes(SMALL.replace(old, new))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_small_file_gets_every_default(folder: Folder) -> None:
    environment = folder.load(SMALL)
    assert environment.shift.steps == (5, 25, 50, 100)
    assert environment.soak.duration == 48 * 3600
    assert environment.clusters.node_groups[0].max_size == 3


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("48h", 172800), ("3d", 259200), ("600", 600), ("0010m", 600)]
)
def test_durations_are_texts_or_seconds(folder: Folder, text: str, seconds: int) -> None:
    assert folder.load(f"{SMALL}approvals: {{deadline: {text}}}\n").approvals.deadline == seconds


def test_a_bake_that_would_outgrow_the_history_of_a_shift_is_a_mistake(folder: Folder) -> None:
    with pytest.raises(EnvironmentFileError, match=r"shift\.bake: is too long: 4 steps of 7200 s need \d+ looks"):
        folder.load(f"{SMALL}shift: {{bake: 2h}}\n")


def test_only_durations_are_read_as_durations(folder: Folder) -> None:
    environment = folder.load(SMALL.replace("path: clusters", "path: 10m"))
    assert environment.argocd.path == "10m"


def test_anchors_and_merge_keys_work(folder: Folder) -> None:
    groups = """\
    - &worker {name: worker, kind: managed, instances: &types [m7g.large], max_size: 9}
    - {<<: *worker, name: system, instances: *types, max_size: 4}
"""
    text = SMALL.replace("    - {name: worker, kind: managed, instances: [m7g.large]}\n", groups)
    assert [(group.name, group.max_size) for group in folder.load(text).clusters.node_groups] == [
        ("worker", 9),
        ("system", 4),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'version: "1.35"',
            "version: 1.30",
            (
                "12: clusters.version: is the number 1.3 (YAML's reading of 1.30), not a text; put it in "
                'quotes: "1.30"; '
                "without quotes 1.30 becomes 1.3"
            ),
        ),
        (
            'account: "123456789012"',
            "account: 123456789012",
            '2: account: is the number 123456789012, not a text; put it in quotes: "123456789012"',
        ),
        (
            'account: "123456789012"',
            'account: "1234"',
            '2: account: is "1234"; it must match ^[0-9]{12}$. Quoted: twelve digits',
        ),
        (
            "environment: chat",
            "environment: chat-of-the-payments-group",
            (
                '1: environment: is "chat-of-the-payments-group"; it must match ^[a-z][a-z0-9-]{0,24}$. '
                "The name of this environment, 25 characters at most; one stack each"
            ),
        ),
        ("  prefix: chat", "  prefx: chat", "10: clusters.prefx: is not a key that exists; did you mean `prefix`?"),
        (
            "region: ap-northeast-1",
            "region: ap-northeast-1\ndashboard: {}",
            (
                "4: dashboard: is not a key that exists; the keys here are environment, account, region, network, "
                "clusters, "
                "argocd, dns, shift, soak, decommission, preflight, verify, approvals, on_stop, interruptions, "
                "secret_sync, access, notify, windows, schedule, support, retention."
            ),
        ),
        (
            "  path: clusters",
            "  path: clusters\n  revision: main",
            (
                "20: argocd.revision: is not a key that exists; the keys here are install, repository, path, "
                "namespace, platform, poll, settle, sync_deadline, mode, hub, root, repository_secret, "
                "application_deadline, differences."
            ),
        ),
        (
            "  vpc: vpc-1\n",
            "",
            "4: network.vpc: is missing; add `vpc:` with a text. The VPC of both clusters",
        ),
        (
            "security_groups: [sg-1]",
            "security_groups: sg-1",
            '8: network.security_groups: is the text "sg-1"; write a list: [sg-1]',
        ),
        (
            "instances: [m7g.large]}",
            "instances: []}",
            "15: clusters.node_groups[0].instances: has 0 entries; it needs at least 1. Instance types, best first",
        ),
        (
            "instances: [m7g.large]}",
            "instances: [m7g.large], max_size: 1000}",
            "15: clusters.node_groups[0].max_size: is 1000; it must be at most 450",
        ),
        (
            "instances: [m7g.large]}",
            'instances: [m7g.large], max_size: "9"}',
            '15: clusters.node_groups[0].max_size: is the text "9"; write it without quotes: 9',
        ),
        (
            "instances: [m7g.large]}",
            "instances: [m7g.large], max_size: 9.0}",
            "15: clusters.node_groups[0].max_size: is the number 9.0; write a whole number. Nodes at most",
        ),
        (
            "instances: [m7g.large]}",
            "instances: [m7g.large], labels: {spot: true}}",
            (
                "15: clusters.node_groups[0].labels.spot: is the yes-or-no value true, not a text; put it in "
                'quotes: "true"'
            ),
        ),
        (
            "kind: managed",
            "kind: fargate",
            (
                '15: clusters.node_groups[0].kind: is the text "fargate"; write managed, self-managed. '
                "An EKS managed node group, or an Auto Scaling group of norikae's own making"
            ),
        ),
        (
            "instances: [m7g.large]}",
            "instances: [m7g.large, m7i.large]}",
            (
                "15: clusters.node_groups[0].instances: has m7g.large (arm64) and m7i.large (x86_64); make two groups: "
                "one image cannot serve both processors"
            ),
        ),
        (
            "instances: [m7g.large]}",
            "instances: [m7g.large], spot: {percent: 50}}",
            (
                "15: clusters.node_groups[0].spot: is set for a managed group; take it out, or make the group "
                "self-managed"
            ),
        ),
        (
            "  prefix: chat",
            "  prefix: chat\n  endpoint: {public: true}",
            (
                "11: clusters.endpoint.public_cidrs: is empty with a public endpoint; list the addresses that may use "
                "it; all of the Internet is 0.0.0.0/0"
            ),
        ),
        (
            "  prefix: chat",
            "  prefix: chat\n  endpoint: {private: false}",
            "11: clusters.endpoint.private: is false; norikae's functions need it: make it true",
        ),
        (
            "zones: [Z1]",
            "zones: [Z1, Z2]",
            "21: dns.zones: has 2 entries; it can have 1 at most. The hosted zone of the public names",
        ),
        (
            "zones: [Z1]",
            "zones:",
            "21: dns.zones: is empty; write a list, such as [a, b]. The hosted zone of the public names",
        ),
    ],
)
def test_a_mistake_says_where_it_is_and_what_would_be_right(folder: Folder, old: str, new: str, expected: str) -> None:
    assert expected in folder.mistakes_after(old, new)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("shift: {poll: 2s}", "22: shift.poll: is 2s; it must be at least 5s"),
        ("approvals: {deadline: 60d}", "22: approvals.deadline: is 60d; it must be at most 30d"),
        (
            "shift: {bake: soon}",
            (
                '22: shift.bake: is "soon", which is no duration; write a whole number with s, m, h or d, such as 90s, '
                "10m, 48h or 3d"
            ),
        ),
        (
            "shift: {bake: 1.5}",
            (
                "22: shift.bake: is 1.5, which is no duration; write a whole number with s, m, h or d, "
                "such as 90s, 10m, 48h or 3d"
            ),
        ),
        ("shift: {bake: -5}", "22: shift.bake: is -5s; it must be at least 0s"),
        (
            "approvals: {plan: yes}",
            (
                "22: approvals.plan: is the yes-or-no value true (YAML's reading of yes); write none, required. "
                "Whether a person approves the plan, by its hash"
            ),
        ),
        (
            "on_stop:",
            (
                "22: on_stop: is empty; write a mapping of keys. What happens when somebody stops an execution from "
                "the console, or it dies"
            ),
        ),
        (
            "soak: {duration: 1h, duration: 2h}",
            "22: soak.duration: is written twice, first in line 22; keep one of the two",
        ),
        ("no: 1", '22: no: is read as yes or no, not as a text; write the key as "no"'),
    ],
)
def test_mistakes_in_the_optional_parts(folder: Folder, more: str, expected: str) -> None:
    assert expected in folder.mistakes(f"{SMALL}{more}\n")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "zones: [Z1]",
            "zones: [Z1]\nshift: {steps: [5, 5, 50]}",
            [
                "22: shift.steps: ends with 50; the last step must be 100",
                "22: shift.steps[1]: is 5 after 5; each step must be higher than the one before it",
            ],
        ),
        (
            "zones: [Z1]",
            "zones: [Z1]\nshift: {rollback: {stops: [50, 75]}}",
            ["22: shift.rollback.stops[1]: is 75 after 50; each stop must be lower than the one before it"],
        ),
        (
            "zones: [Z1]",
            "zones: [Z1]\nshift: {team: {remind: 2d, deadline: 1d}}",
            [
                (
                    "22: shift.team.deadline: is 24h, shorter than shift.team.remind 48h; make it at least as long, or "
                    "remind more often"
                )
            ],
        ),
        (
            "zones: [Z1]",
            "zones: [Z1]\nshift: {team: {remind: 10m, deadline: 11h}}",
            ["22: shift.team.remind: is 10m, which is 66 reminders by shift.team.deadline; remind at most 60 times"],
        ),
        (
            "zones: [Z1]",
            "zones: [Z1]\nshift: {gates: [http-5xx, http-5xx]}",
            ["22: shift.gates: has http-5xx 2 times; name it once"],
        ),
        (
            "instances: [m7g.large]}",
            "instances: [m7g.large], min_size: 4}",
            ["15: clusters.node_groups[0].min_size: is 4, above max_size 3; lower it or raise max_size"],
        ),
        (
            "    - {name: worker, kind: managed, instances: [m7g.large]}",
            (
                "    - {name: worker, kind: managed, instances: [m7g.large]}\n"
                "    - {name: worker, kind: managed, instances: [m7g.large]}"
            ),
            ['16: clusters.node_groups[1].name: is "worker", as another group; give every node group its own name'],
        ),
        (
            "[vpc-cni, coredns, kube-proxy]",
            "[vpc-cni, vpc-cni]",
            [
                "13: clusters.addons: has vpc-cni 2 times; name it once",
                (
                    "13: clusters.addons: has no kube-proxy, coredns; add it: pods have no network or names without "
                    "these three"
                ),
            ],
        ),
        (
            "adopt: chat-1-33",
            "adopt: chat-1-35-b",
            [
                (
                    "11: clusters.adopt: is chat-1-35-b, as the new cluster would be called; name the cluster "
                    "that serves "
                    "today, or raise version"
                )
            ],
        ),
        (
            "controller_subnets: [subnet-a]",
            "controller_subnets: [subnet-x]",
            [
                (
                    "7: network.controller_subnets[0]: is subnet-x, which is no subnet here; choose among "
                    "network.subnets: "
                    "subnet-a, subnet-c"
                )
            ],
        ),
        (
            "subnet-c: apne1-az1}",
            "subnet-c: apne1-az4}",
            ["6: network.subnets: lie in one zone only: apne1-az4; EKS and ALBs need subnets in at least two zones"],
        ),
        (
            "path: clusters",
            "path: clusters\n  platform: [external-dns, external-dns]",
            ["20: argocd.platform: has external-dns 2 times; name it once"],
        ),
        (
            "path: clusters",
            "path: clusters\n  differences: {expected: [{why: because, path: '**'}, {why: size, path: spec.replicas}]}",
            [
                (
                    "20: argocd.differences.expected[0]: expects every difference; name kind, name or path; or set "
                    "approvals.sync: never"
                )
            ],
        ),
        (
            "addons: [vpc-cni, coredns, kube-proxy]",
            (
                "addons: [vpc-cni, coredns, kube-proxy]\n"
                "  irsa_roles: ['arn:aws:iam::123456789012:role/x', 'arn:aws:iam::123456789012:role/x']\n"
                "  pod_identity:\n"
                "    - {namespace: a, service_account: b, role: 'arn:aws:iam::210987654321:role/x'}\n"
                "    - {namespace: a, service_account: b, role: 'arn:aws:iam::123456789012:role/x'}"
            ),
            [
                "14: clusters.irsa_roles: has arn:aws:iam::123456789012:role/x 2 times; name it once",
                (
                    "15: clusters.pod_identity: is given without the add-on eks-pod-identity-agent; add "
                    "eks-pod-identity-agent to clusters.addons: without it, pods get no role"
                ),
                (
                    "16: clusters.pod_identity[0].role: is a role of account 210987654321; name a role of "
                    "123456789012, which may assume that one"
                ),
                (
                    "17: clusters.pod_identity[1]: is a/b once more; a service account has one association at most: "
                    "take one out"
                ),
            ],
        ),
        (
            "zones: [Z1]",
            "zones: [Z1]\nshift: {bake: 10s}",
            ["22: shift.bake: is 10s, shorter than shift.poll 30s; make it at least as long, or look more often"],
        ),
        ("path: clusters", "path: clusters\n  poll: 0s", ["20: argocd.poll: is 0s; it must be at least 1s"]),
        (
            "path: clusters",
            "path: clusters\n  mode: hub",
            [
                (
                    "16: argocd.root: is root, which all clusters of the hub would share; put {cluster} into it, "
                    "such as root-{cluster}"
                ),
                "20: argocd.mode: is hub, but there is no hub; give hub: {cluster, role, token_secret}",
            ],
        ),
        (
            "path: clusters",
            (
                "path: clusters\n  mode: hub\n  root: root-{cluster}\n  platform: [dns]\n  repository_secret: git\n"
                "  hub: {cluster: tools, role: 'arn:aws:iam::123456789012:role/argocd', token_secret: argocd}"
            ),
            [
                "22: argocd.platform[0]: is dns, which all clusters of the hub would share; put {cluster} into it",
                "23: argocd.repository_secret: is given; leave it out: a hub has credentials of its own",
            ],
        ),
        (
            "path: clusters",
            (
                "path: clusters\n"
                "  hub: {cluster: tools, role: 'arn:aws:iam::123456789012:role/argocd', token_secret: argocd}"
            ),
            ["20: argocd.hub: is given, but mode is in-cluster; set mode: hub, or leave it out"],
        ),
    ],
)
def test_rules_between_keys(folder: Folder, old: str, new: str, expected: list[str]) -> None:
    assert folder.mistakes_after(old, new) == expected


def test_the_install_manifest_must_be_there(folder: Folder) -> None:
    found = folder.mistakes_after("install: argocd.yaml", "install: argo.yaml")
    assert len(found) == 1
    assert found[0].startswith("17: argocd.install: is argo.yaml, which is not a file; render the manifest to ")


JOBS = "verify: {jobs: jobs.yaml}\n"


def test_the_verification_jobs_must_be_there(folder: Folder) -> None:
    (found,) = folder.mistakes(SMALL + JOBS)
    assert "verify.jobs: is jobs.yaml, which is not a file; write the Jobs to " in found


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("kind: [", "is jobs.yaml, which is not YAML: "),
        ("", "is jobs.yaml: it is empty; put plain Jobs there, each with its own name"),
        ("{apiVersion: v1, kind: Secret, metadata: {name: a}}", "is jobs.yaml: Secret a: only Jobs of batch/v1 may be"),
    ],
)
def test_the_verification_jobs_must_be_jobs(folder: Folder, text: str, wrong: str) -> None:
    folder.file.with_name("jobs.yaml").write_text(text)
    (found,) = folder.mistakes(SMALL + JOBS)
    assert f"verify.jobs: {wrong}" in found


def test_verification_jobs_that_are_jobs_are_fine(folder: Folder) -> None:
    folder.file.with_name("jobs.yaml").write_text("{apiVersion: batch/v1, kind: Job, metadata: {name: a}}")
    assert folder.load(SMALL + JOBS).verify.jobs == "jobs.yaml"


def test_all_mistakes_come_at_once_in_the_order_of_their_lines(folder: Folder) -> None:
    text = SMALL.replace('"1.35"', "1.35").replace("vpc-1", "net-1").replace("  path: clusters\n", "")
    found = folder.mistakes(text + "shift: {steps: [50], bake: often}\nsoak: {polls: 1m}\n")
    assert [line.split(": ")[1] for line in found] == [
        "network.vpc",
        "clusters.version",
        "argocd.path",
        "shift.bake",
        "shift.steps",
        "soak.polls",
    ]


def test_a_rule_is_silent_while_its_own_keys_are_wrong(folder: Folder) -> None:
    found = folder.mistakes(f"{SMALL}shift: {{steps: [5, often]}}\n")
    assert [line.split(": ")[1] for line in found] == ["shift.steps[1]"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1: (the whole file): is empty; start from environments/example.yaml"),
        (
            "- a\n",
            (
                "1: (the whole file): is a list; write a mapping of keys. One EKS environment: two clusters at "
                "most, one of which serves"
            ),
        ),
        ("a: &a [*a]\n", "1: a[0]: is an anchor that contains itself; write the value out"),
    ],
)
def test_files_that_are_something_else(folder: Folder, text: str, expected: str) -> None:
    assert expected in folder.mistakes(text)


@pytest.mark.parametrize("text", ["a: [1\nb: 2\n", "a: !!python/name:os.system x\n", "a: *b\n", "a: 1\n---\nb: 2\n"])
def test_what_is_not_yaml_has_a_line_too(folder: Folder, text: str) -> None:
    (found,) = folder.mistakes(text)
    assert found.split(": ")[1:3] == ["(the whole file)", "is not YAML"]


def test_tags_are_refused(folder: Folder) -> None:
    found = folder.mistakes_after("zones: [Z1]", "zones: !!set {Z1}")
    assert "21: dns.zones: has the tag tag:yaml.org,2002:set; remove the tag" in found


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFileError, match="cannot be read"):
        load(tmp_path / "gone.yaml")


def test_the_error_holds_the_mistakes_and_is_a_settings_error(folder: Folder) -> None:
    with pytest.raises(SettingsError) as caught:
        folder.load(SMALL.replace("  vpc: vpc-1\n", ""))
    assert isinstance(caught.value, EnvironmentFileError)
    assert [(mistake.line, mistake.field) for mistake in caught.value.mistakes] == [(4, "network.vpc")]


def test_the_command_line_prints_mistakes_and_ends_with_2(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.file.write_text(SMALL.replace("  vpc: vpc-1\n", ""))
    assert environment_file.main([str(DEMO), str(folder.file)]) == 2
    printed = capsys.readouterr().err
    assert f"{folder.file}:4: network.vpc: is missing" in printed
    assert printed.endswith("1 mistake\n")
    assert environment_file.main([str(DEMO), str(EXAMPLE)]) == 0


def test_the_committed_schema_is_that_of_the_types() -> None:
    assert environment_file.SCHEMA.read_text() == environment_file.schema_text(), "run it with --schema"


@pytest.mark.parametrize("file", [EXAMPLE, DEMO])
def test_editors_accept_what_the_loader_accepts(file: Path) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - the only test that needs it

    schema = json.loads(environment_file.SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(yaml.safe_load(file.read_text()))) == []
    assert file.read_text().startswith("# yaml-language-server: $schema=environment.schema.json\n")


def test_the_documentation_has_the_table_of_the_types() -> None:
    page = environment_file.PAGE.read_text()
    assert f"{reference.BEGIN}\n{reference.table()}\n{reference.END}" in page, "run it with --docs"


def test_every_key_says_what_it_is_for() -> None:
    assert [path for path, schema, _ in fields() if not schema.get("description")] == []


@pytest.mark.parametrize("file", [EXAMPLE, DEMO])
def test_ids_in_the_files_look_like_those_of_aws(file: Path) -> None:
    network = load(file).network
    for kind, ids in (("vpc", [network.vpc]), ("subnet", network.subnets), ("sg", network.security_groups)):
        assert all(re.fullmatch(rf"{kind}-0[0-9a-f]{{16}}", one) for one in ids)


def test_the_mistakes_in_the_documentation_are_real(folder: Folder) -> None:
    page = environment_file.PAGE.read_text()
    lines = (
        folder.mistakes_after('"1.35"', "1.30")
        + folder.mistakes_after("  addons:", "  adons:")
        + folder.mistakes(f"{SMALL}shift: {{poll: 2s}}\n")
    )
    for line in lines:
        if "is missing" not in line:
            assert line.split(": ", 1)[1] in page


def test_the_table_can_be_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{reference.BEGIN}\nold\n{reference.END}\nafter\n")
    reference.write_into(page)
    assert page.read_text() == f"before\n{reference.BEGIN}\n{reference.table()}\n{reference.END}\nafter\n"


def comments_of_the_example() -> dict[str, str]:
    """The comment above each key of the example, by the key's path with ``[]`` for list items."""
    found: dict[str, str] = {}
    comment: list[str] = []
    above: list[tuple[int, str]] = []
    for line in EXAMPLE.read_text().splitlines():
        text = line.strip()
        if text.startswith("#"):
            comment.append(text.lstrip("# "))
        elif text and not text.startswith("- {"):
            item = text.startswith("- ")
            indent = len(line) - len(line.lstrip()) + (2 if item else 0)
            above = [(depth, key) for depth, key in above if depth < indent]
            if item:
                above[-1] = (above[-1][0], above[-1][1].removesuffix("[]") + "[]")
            key = text.removeprefix("- ").split(":")[0]
            found[".".join([*(key for _, key in above), key])] = " ".join(comment)
            above.append((indent, key))
            comment = []
        else:
            comment = []
    return found


def test_the_example_has_every_key_with_its_purpose_and_its_default() -> None:
    comments = comments_of_the_example()
    for path, schema, required in fields():
        assert path in comments, f"{path} is not in example.yaml"
        assert len(comments[path].split()) > 2, f"{path} has no purpose in example.yaml"
        if required:
            assert comments[path].endswith("Required."), path
        elif default_text(schema):
            assert comments[path].endswith(f"Default: {default_text(schema)}"), path


def test_the_example_is_realistic() -> None:
    example = load(EXAMPLE)
    assert example.soak.duration == 48 * 3600
    assert example.approvals.deadline == 3 * 86400


def test_what_is_read_survives_the_way_into_the_bundle() -> None:
    example = load(EXAMPLE)
    assert msgspec.json.decode(msgspec.json.encode(example), type=Environment) == example


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (90, "90s"), (600, "10m"), (172800, "48h"), (259200, "3d"), (5400, "90m")]
)
def test_durations_are_shown_as_people_write_them(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text


ALARMS = "thresholds: {cloudwatch_alarm: {alarms: [a]}}"
QUERY = "name: orders, passes: '>', threshold: 1"
SELECT = "expression: SELECT SUM(a) FROM b"


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (
            "limits: [{gates: [latency]}]",
            (
                "shift.limits[0]: has neither an interval nor a count; write interval (how often they are measured), "
                "count (how many measurements decide), or both"
            ),
        ),
        (
            "limits: [{gates: [latency], count: 3}, {gates: [http-5xx, latency], count: 3}]",
            "shift.limits[1].gates: has latency again; name each gate in one entry only",
        ),
        (
            "limits: [{gates: [latency], count: 3, success_limit: 4}]",
            "shift.limits[0].success_limit: is 4, above count 3; lower it or raise count",
        ),
        (
            "bake: 10m, limits: [{gates: [latency], count: 11, interval: 1m, initial_delay: 1m}]",
            (
                "shift.limits[0]: needs 11m until the last measurement, the bake has 10m; take fewer or begin sooner, "
                "or make shift.bake longer"
            ),
        ),
        (
            "background: [latency], limits: [{gates: [latency], count: 3}]",
            (
                "shift.limits[0].count: decides latency after 3 measurements, but shift.background has it; write an "
                "interval for it instead"
            ),
        ),
        (
            "gates: [cloudwatch-alarm]",
            (
                "shift.gates: has cloudwatch-alarm, which has nothing to judge by; write "
                "shift.thresholds.cloudwatch_alarm.alarms"
            ),
        ),
        (
            "background: [cloudwatch-query]",
            (
                "shift.background: has cloudwatch-query, which has nothing to judge by; write "
                "shift.thresholds.cloudwatch_query.queries"
            ),
        ),
        (
            "thresholds: {http_5xx: {max_percent: 0.1}}",
            "shift.thresholds.http_5xx.floor_percent: is 0.5, above max_percent 0.1; lower it or raise max_percent",
        ),
        ("background: [latency, latency]", "shift.background: has latency 2 times; name it once"),
        (
            f"thresholds: {{cloudwatch_query: {{queries: [{{{QUERY}, expression: m1}}]}}}}",
            (
                "shift.thresholds.cloudwatch_query.queries[0].metrics: is empty, and the expression is no SELECT; list "
                "the metrics of it"
            ),
        ),
        (
            (
                f"thresholds: {{cloudwatch_query: {{queries: [{{{QUERY}, {SELECT}, "
                "metrics: [{id: m1, namespace: n, name: m}]}]}}"
            ),
            (
                "shift.thresholds.cloudwatch_query.queries[0].metrics: stands beside a SELECT, which names its metric "
                "itself; take it out"
            ),
        ),
        (
            (f"thresholds: {{cloudwatch_query: {{queries: [{{{QUERY}, {SELECT}}}, {{{QUERY}, {SELECT}}}]}}}}"),
            (
                'shift.thresholds.cloudwatch_query.queries[1].name: is "orders", as another query; give every query '
                "its own name"
            ),
        ),
    ],
)
def test_rules_of_gates(folder: Folder, shift: str, expected: str) -> None:
    (found,) = folder.mistakes(f"{SMALL}shift: {{{shift}}}\n")
    assert found.partition(": ")[2] == expected


def test_gates_that_have_what_they_judge_by_are_fine(folder: Folder) -> None:
    text = f"{SMALL}shift: {{gates: [cloudwatch-alarm], {ALARMS}, limits: [{{gates: [latency], interval: 1m}}]}}\n"
    assert folder.load(text).shift.limits[0].interval == 60
