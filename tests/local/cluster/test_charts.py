"""Rendering: exactly what Helm would print, or an error."""

import pytest

from local.cluster.charts import RenderError, render_chart, render_folder

CHART = {"Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n"}
NOTE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"


def rendered(template: str, values: str = "", **parameters: str) -> object:
    files = {**CHART, "values.yaml": values, "templates/x.yaml": NOTE + f"data:\n  x: {template}\n"}
    return render_chart(files, parameters.items(), release="web", namespace="chat")[0]["data"]["x"]


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{{ .Values.a.b }}", "a: {b: text}", "text"),
        ("{{.Values.a}}", "a: text", "text"),
        ('"{{ .Values.n }}"', "n: 3", "3"),
        ("{{ .Values.n }}", "n: 3", 3),
        ("{{ .Values.on }}", "on_: 1\n'on': true", True),
        ("x{{ .Values.missing }}", "", "x"),
        ("{{ .Release.Name }}-{{ .Release.Namespace }}", "", "web-chat"),
        ("2026-01-01", "", "2026-01-01"),
    ],
)
def test_values_are_substituted_as_text(template: str, values: str, expected: object) -> None:
    assert rendered(template, values) == expected


def test_parameters_override_values() -> None:
    assert rendered("{{ .Values.cluster }}", "cluster: none", cluster="demo-1-35-a") == "demo-1-35-a"


def test_dotted_parameters_reach_inside() -> None:
    files = {
        **CHART,
        "values.yaml": "a: {b: 1, c: 2}",
        "templates/x.yaml": NOTE + "data: {x: '{{ .Values.a.b }}{{ .Values.a.c }}'}",
    }
    found = render_chart(files, [("a.b", "9")], release="web", namespace="chat")
    assert found[0]["data"]["x"] == "92"


def test_values_files_lie_over_the_charts_own_and_under_parameters() -> None:
    files = {
        **CHART,
        "values.yaml": "a: {b: 1, c: 2, d: 3, e: 4}",
        "one.yaml": "a: {c: 5, d: 6, e: null}",
        "two.yaml": "a: {d: 7}",
        "templates/x.yaml": NOTE + "data: {x: '{{ .Values.a.b }}{{ .Values.a.c }}{{ .Values.a.d }}{{ .Values.a.e }}'}",
    }

    def found(*value_files: str, **parameters: str) -> object:
        given = [(name.replace("_", "."), value) for name, value in parameters.items()]
        return render_chart(files, given, value_files, release="web", namespace="chat")[0]["data"]["x"]

    assert (found(), found("one.yaml"), found("one.yaml", "two.yaml"), found("two.yaml", "one.yaml")) == (
        *("1234", "156"),
        *("157", "156"),
    )
    assert found("one.yaml", a_b="9") == "956"
    with pytest.raises(RenderError, match=r"open three\.yaml: no such file or directory"):
        found("three.yaml")


@pytest.mark.parametrize(
    "template",
    [
        "{{ .Values.a | quote }}",
        "{{- .Values.a }}",
        '{{ include "x" . }}',
        "{{ if .Values.a }}{{ end }}",
        "{{ .Chart.Name }}",
        "{{ .Capabilities.KubeVersion }}",
        "{{ .Release.Revision }}",
        "{{/* a comment */}}",
        "{{ .Values }}",
    ],
)
def test_everything_else_that_helm_knows_is_refused(template: str) -> None:
    with pytest.raises(RenderError, match="is not modelled by the embedded world"):
        rendered(template, "a: 1")


def test_a_member_of_nothing_is_helms_nil_pointer() -> None:
    with pytest.raises(RenderError, match=r"nil pointer evaluating interface \{\}.b"):
        rendered("{{ .Values.a.b }}")
    with pytest.raises(RenderError, match="can't evaluate field b"):
        rendered("{{ .Values.a.b }}", "a: text")


def test_an_unclosed_action_is_a_parse_error() -> None:
    with pytest.raises(RenderError, match="unclosed action"):
        rendered("'{{ .Values.a'")


@pytest.mark.parametrize(
    ("extra", "complaint"),
    [
        ({"templates/_helpers.tpl": ""}, "only plain YAML templates"),
        ({"charts/sub/Chart.yaml": ""}, "charts/sub"),
        ({"values.schema.json": "{}"}, "values.schema.json"),
        ({"Chart.yaml": CHART["Chart.yaml"] + "dependencies: [{name: x}]\n"}, "dependencies"),
        ({"Chart.yaml": "name: web\n"}, "chart.metadata.version is required"),
        ({"templates/bad.yaml": "a: [1\n"}, "Failed to unmarshal"),
        ({"templates/bad.yaml": "a: 1\n"}, "Object 'Kind' is missing"),
        ({"values.yaml": "a: {b: 1}", "templates/map.yaml": "x: {{ .Values.a }}"}, "a dict as text"),
    ],
)
def test_a_chart_of_another_shape_is_refused(extra: dict[str, str], complaint: str) -> None:
    with pytest.raises(RenderError, match=complaint):
        render_chart({**CHART, **extra}, [], release="web", namespace="chat")


def test_list_parameters_are_refused() -> None:
    with pytest.raises(RenderError, match="list indices and escapes"):
        rendered("x", **{"a[0]": "1"})


def test_definitions_of_a_chart_come_first_and_are_not_templated() -> None:
    definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: 'x'}\n"
    files = {**CHART, "templates/x.yaml": NOTE, "crds/x.yaml": definition, "templates/NOTES.txt": "{{ anything }}"}
    assert [one["kind"] for one in render_chart(files, [], release="web", namespace="chat")] == [
        "CustomResourceDefinition",
        "ConfigMap",
    ]


def test_a_plain_folder_is_read_file_by_file() -> None:
    files = {"b.yaml": NOTE, "a.yml": NOTE.replace("ConfigMap", "Secret"), "deep/c.yaml": NOTE, "README.md": "# hello"}
    assert [one["kind"] for one in render_folder(files, recurse=False)] == ["Secret", "ConfigMap"]
    assert len(render_folder(files, recurse=True)) == 3


def test_a_list_counts_by_its_items() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n"
    assert [one["kind"] for one in render_folder({"a.yaml": text}, recurse=False)] == ["Secret"]


@pytest.mark.parametrize("name", ["kustomization.yaml", "main.jsonnet"])
def test_folders_of_other_tools_are_refused(name: str) -> None:
    with pytest.raises(RenderError, match="is not modelled by the embedded world"):
        render_folder({name: ""}, recurse=False)
