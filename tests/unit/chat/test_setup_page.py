"""What docs/chat-setup.md tells people to copy is what the code, the stack, the environment file and AWS take."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from botocore import xform_name

from norikae.adapters.chat import slack as slack_api
from norikae.adapters.chat.tokens import KEY
from norikae.chat.ears import chatwork, slack
from stacks.environment_file import load

Json = dict[str, Any]
PAGE = Path("docs/chat-setup.md").read_text(encoding="utf-8")
FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
BLOCKS: list[Json] = [yaml.safe_load(text) for kind, text in FENCED.findall(PAGE) if kind == "yaml"]
INLINE: list[Json] = [yaml.safe_load(text) for text in re.findall(r"`(notify: \{.+?\})`", PAGE)]
PARTS = [block for block in (*BLOCKS, *INLINE) if "display_information" not in block]
(MANIFEST,) = [block for block in BLOCKS if "display_information" in block]
COMMANDS = [line for kind, text in FENCED.findall(PAGE) if kind == "console" for line in text.splitlines()]
STACK = Path("stacks/chat.py").read_text(encoding="utf-8")
"""Read as text, because the constructs' library takes seconds to load."""
SECRETS = {"slack": {slack.FIELD, KEY}, "chatwork": {chatwork.FIELD, KEY}}
SCOPE_OF = {"chat.postMessage": "chat:write", "chat.update": "chat:write"}
"""The scope that each method of Slack's Web API asks of a bot (docs.slack.dev, the methods' own pages)."""
NAME_LIMIT, HINT_LIMIT = 35, 1000
"""Characters of an app's name and of a command's hint (docs.slack.dev, "App manifest reference")."""


def of_the_stack(name: str) -> str:
    """A constant of the API's construct, as it is written there."""
    (value,) = re.findall(rf"^{name} = (.+)$", STACK, re.MULTILINE)
    return str(value).strip('"')


@pytest.mark.parametrize("part", PARTS, ids=[f"{number}-{'-'.join(part)}" for number, part in enumerate(PARTS)])
def test_the_yaml_of_the_page_is_taken_by_the_environment_file(tmp_path: Path, part: Json) -> None:
    demo = yaml.safe_load(Path("environments/demo.yaml").read_text(encoding="utf-8"))
    shutil.copytree("environments/demo", tmp_path / "demo")
    path = tmp_path / "demo.yaml"
    path.write_text(yaml.safe_dump({**demo, **part}), encoding="utf-8")
    environment = load(path)
    for chat in ("slack", "chatwork"):
        if chat in part.get("notify", {}):
            assert getattr(environment.notify, chat).secret == f"norikae/{chat}"
    assert {person.name for person in environment.access.people} >= {
        person["name"] for person in part.get("access", {}).get("people", ())
    }


def test_the_page_shows_both_chats_a_person_and_amazon_q() -> None:
    shown = {name for part in PARTS for name in (*part.get("notify", {}), *part.get("access", {}))}
    assert shown >= {"slack", "chatwork", "amazon_q", "people", "language"}


def test_the_app_may_do_what_the_code_calls_and_no_more() -> None:
    source = Path(slack_api.__file__).read_text(encoding="utf-8")
    called = set(re.findall(r'_call\("([a-zA-Z.]+)"', source))
    assert called == set(SCOPE_OF)
    scopes = {SCOPE_OF[method] for method in called} | {"commands"}
    assert MANIFEST["oauth_config"] == {"scopes": {"bot": sorted(scopes)}}


def test_the_app_sends_commands_and_buttons_to_the_ear() -> None:
    (command,) = MANIFEST["features"]["slash_commands"]
    assert command["command"] == slack.COMMAND
    assert len(command["usage_hint"]) <= HINT_LIMIT
    assert len(MANIFEST["display_information"]["name"]) <= NAME_LIMIT
    interactivity = MANIFEST["settings"]["interactivity"]
    assert interactivity["is_enabled"]
    assert command["url"] == interactivity["request_url"]
    assert command["url"].endswith(f".amazonaws.com/{of_the_stack('STAGE')}/slack")
    assert not MANIFEST["settings"]["socket_mode_enabled"]
    assert "should_escape" not in command, "Slack would make links of names, and the reader of the queue undo them"


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_is_one_of_aws(line: str) -> None:
    """Each option is a member of the operation's request, and what has to be said is said."""
    program, service, operation, *options = shlex.split(line)
    assert program == "aws"
    model = botocore.session.get_session().get_service_model(service)
    (name,) = [one for one in model.operation_names if xform_name(one, "-") == operation]
    shape = model.operation_model(name).input_shape
    given = {word.removeprefix("--") for word in options if word.startswith("--")}
    assert given <= {xform_name(member, "-") for member in shape.members}
    assert given >= {xform_name(member, "-") for member in shape.required_members}
    assert len(options) == 2 * len(given)


def test_a_secret_has_the_keys_that_are_read_and_is_filled_from_a_file() -> None:
    made = [shlex.split(line) for line in COMMANDS if "create-secret" in line]
    shown = {words[words.index("--name") + 1]: set(json.loads(words[-1])) for words in made}
    assert shown == {f"norikae/{chat}": keys for chat, keys in SECRETS.items()}
    filled = [shlex.split(line) for line in COMMANDS if "put-secret-value" in line]
    assert {words[words.index("--secret-id") + 1] for words in filled} == set(shown)
    assert all(words[-1].startswith("file://") for words in filled), "a value on the command line stays in its history"


def test_the_limits_of_the_address_are_the_stack_s() -> None:
    assert (of_the_stack("REQUESTS_PER_SECOND"), of_the_stack("BURST")) == ("20", "40")
    assert "of each twenty requests a second, forty at once" in PAGE


def test_the_outputs_that_the_page_names_are_the_stack_s() -> None:
    source = Path("stacks/norikae_stack.py").read_text(encoding="utf-8")
    named = set(re.findall(r"output `(\w+)`", PAGE))
    assert named == {"SlackUrl", "ChatworkUrl", "AmazonQTopicArn"}
    assert 'f"{path.capitalize()}Url"' in source
    assert '"AmazonQTopicArn"' in source
