from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.identities import Identities
from local.kernel import Kernel
from local.runtime import CrashPlan, Fate, HungError, LambdaRuntime, Outcome, Strike

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARN = "arn:aws:lambda:ap-northeast-1:123456789012:function:"
ROLE = "arn:aws:iam::123456789012:role/shift"


class Sandboxes:
    """A runtime whose functions are written in the test."""

    def __init__(self, folder: Path) -> None:
        self.kernel = Kernel(seed=7)
        self.runtime = LambdaRuntime(self.kernel, identities=Identities(), region="ap-northeast-1")
        self.runtime.front_url = "http://127.0.0.1:9"
        self._folder = folder

    def write(self, name: str, code: str, *, timeout: float = 30.0, **environment: str) -> None:
        bundle = self._folder / name
        bundle.mkdir()
        (bundle / "own_code.py").write_text(textwrap.dedent(code))
        self.runtime.register(ARN + name, bundle, "own_code.handler", environment, timeout, ROLE)

    def invoke(self, name: str, event: Any = None) -> Outcome:
        outcome = self.kernel.run(self.kernel.process(self.runtime.invoke(ARN + name, event)))
        assert isinstance(outcome, Outcome)
        return outcome


@pytest.fixture
def sandboxes(tmp_path: Path) -> Iterator[Sandboxes]:
    made = Sandboxes(tmp_path)
    yield made
    made.runtime.close()


def test_a_handler_sees_its_own_environment_and_nothing_of_ours(sandboxes: Sandboxes) -> None:
    sandboxes.write(
        "look",
        """
        import os, sys
        def handler(event, context):
            return {"table": os.environ["TABLE"], "home": "HOME" in os.environ, "zone": os.environ["TZ"],
                    "root": os.getcwd() == os.environ["LAMBDA_TASK_ROOT"], "local": "local" in sys.modules,
                    "key": os.environ["AWS_ACCESS_KEY_ID"], "name": context.function_name, "event": event}
        """,
        TABLE="norikae-demo",
    )
    assert sandboxes.invoke("look", {"run": "r1"}).payload == {
        "table": "norikae-demo",
        "home": False,
        "zone": ":UTC",
        "root": True,
        "local": False,
        "key": Identities().access_key_for(ROLE),
        "name": "look",
        "event": {"run": "r1"},
    }


def test_an_exception_keeps_its_class_its_text_and_its_trace(sandboxes: Sandboxes) -> None:
    sandboxes.write(
        "fail",
        """
        class ThrottledError(Exception): pass
        def handler(event, context): raise ThrottledError("slow down")
        """,
    )
    outcome = sandboxes.invoke("fail")
    assert (outcome.error_type, outcome.error_message) == ("ThrottledError", "slow down")
    assert 'raise ThrottledError("slow down")' in outcome.error()["stackTrace"][-1]
    assert outcome.error()["requestId"] == outcome.request_id


def test_a_sleep_takes_virtual_time_and_moves_the_clock_of_the_handler(sandboxes: Sandboxes) -> None:
    sandboxes.write(
        "nap",
        """
        import time
        from datetime import datetime, timezone
        def handler(event, context):
            before, left = datetime.now(timezone.utc), context.get_remaining_time_in_millis()
            time.sleep(20)
            return [before.isoformat(), (datetime.now(timezone.utc) - before).total_seconds(),
                    left - context.get_remaining_time_in_millis()]
        """,
    )
    assert sandboxes.invoke("nap").payload == ["2026-11-24T01:00:00.500000+00:00", 20.0, 20_000]
    assert sandboxes.kernel.seconds() == pytest.approx(20.5)


def test_the_world_goes_on_while_a_handler_sleeps_and_stands_still_while_it_works(sandboxes: Sandboxes) -> None:
    code = """
        import time
        def handler(event, context):
            print("before")
            time.sleep(10)
            print("after")
        """
    sandboxes.write("nap", code)
    kernel, logs = sandboxes.kernel, sandboxes.runtime.logs
    seen: list[tuple[float, int]] = []
    for second in (1, 5, 12):
        kernel.after(second, lambda: seen.append((kernel.seconds(), len(logs["nap"]))))
    first = kernel.process(sandboxes.runtime.invoke(ARN + "nap", None))
    second_one = kernel.process(sandboxes.runtime.invoke(ARN + "nap", None))
    kernel.run(first & second_one)
    assert seen == [(1.0, 2), (5.0, 2)]
    assert kernel.seconds() == pytest.approx(10.5), "both slept at the same time"
    kernel.run(2)
    assert seen[-1] == (12.0, 4)


def test_the_pauses_of_botocores_retries_take_virtual_time_too(sandboxes: Sandboxes) -> None:
    sandboxes.write(
        "call",
        """
        import boto3
        from botocore.config import Config
        def handler(event, context):
            config = Config(retries={"mode": "standard", "total_max_attempts": 6})
            try:
                boto3.client("sts", config=config).get_caller_identity()
            except Exception as error:
                return type(error).__name__
        """,
    )
    assert sandboxes.invoke("call").payload == "EndpointConnectionError"
    assert sandboxes.kernel.seconds() > 1


def test_a_function_is_killed_at_its_timeout(sandboxes: Sandboxes) -> None:
    sandboxes.write("nap", "import time\ndef handler(event, context): time.sleep(31)", timeout=30)
    outcome = sandboxes.invoke("nap")
    assert outcome.error() == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {outcome.request_id} Error: Task timed out after 30.00 seconds",
    }
    assert sandboxes.kernel.seconds() == pytest.approx(30.5)


def test_a_dying_process_is_an_error_and_the_next_start_is_cold(sandboxes: Sandboxes) -> None:
    sandboxes.write("die", "import os\ndef handler(event, context):\n    if event: os._exit(3)\n    return 1")
    assert sandboxes.invoke("die").payload == 1
    assert sandboxes.invoke("die").payload == 1
    outcome = sandboxes.invoke("die", event=True)
    assert outcome.error_type == "Runtime.ExitError"
    assert outcome.error_message.endswith("Error: Runtime exited with error: exit status 3")
    assert sandboxes.invoke("die").payload == 1
    assert [one.cold for one in sandboxes.runtime.invocations] == [True, False, False, True]


def test_what_a_handler_prints_and_logs_is_kept(sandboxes: Sandboxes) -> None:
    sandboxes.write(
        "talk",
        """
        import logging
        def handler(event, context):
            print("shifted", event)
            logging.getLogger("dns").warning("slow")
        """,
    )
    sandboxes.invoke("talk", 25)
    first, second = sandboxes.runtime.logs["talk"]
    assert first == "shifted 25"
    assert second.startswith("[WARNING]")
    assert second.endswith("\tdns\tslow")


def test_a_missing_handler_or_function_has_lambdas_words(sandboxes: Sandboxes) -> None:
    sandboxes.write("none", "import nowhere_to_be_found")
    outcome = sandboxes.invoke("none")
    assert outcome.error_type == "Runtime.ImportModuleError"
    assert outcome.error_message == "Unable to import module 'own_code': No module named 'nowhere_to_be_found'"
    assert sandboxes.invoke("other").error_type == "Lambda.ResourceNotFoundException"


def test_an_answer_that_is_not_json_is_refused(sandboxes: Sandboxes) -> None:
    sandboxes.write("odd", "def handler(event, context): return {1, 2}")
    assert sandboxes.invoke("odd").error_type == "Runtime.MarshalError"


def test_random_identifiers_repeat_with_the_seed(tmp_path: Path) -> None:
    code = """
        import random, secrets, uuid
        def handler(event, context): return [str(uuid.uuid4()), secrets.token_hex(4), random.random()]
        """
    answers = []
    for world in ("one", "other"):
        (tmp_path / world).mkdir()
        sandboxes = Sandboxes(tmp_path / world)
        sandboxes.write("draw", code)
        answers.append([sandboxes.invoke("draw").payload for _ in range(2)])
        sandboxes.runtime.close()
    assert answers[0] == answers[1]
    assert answers[0][0] != answers[0][1]


def test_a_planned_crash_kills_an_invocation_once_and_repeats_with_its_seed(sandboxes: Sandboxes) -> None:
    sandboxes.write("work", "def handler(event, context): return event")
    sandboxes.runtime.crashes = CrashPlan(seed=3, probability=0.3)
    types = [sandboxes.invoke("work", number).error_type for number in range(20)]
    fates = [CrashPlan(seed=3, probability=0.3).fate("work", nth)[0] for nth in range(1, 21)]
    assert types == ["" if fate is Fate.LIVES else "Runtime.ExitError" for fate in fates]
    assert set(fates) == set(Fate)


@pytest.mark.parametrize("fate", [Fate.BEFORE, Fate.AFTER])
def test_a_strike_kills_the_next_invocation_of_the_function_that_it_is_aimed_at(
    fate: Fate, sandboxes: Sandboxes
) -> None:
    for name in ("work", "other"):
        sandboxes.write(name, "def handler(event, context): return event")
    sandboxes.runtime.crashes = strike = Strike({"work": fate})
    assert sandboxes.invoke("other", 1).payload == 1
    assert [sandboxes.invoke("work", number).error_type for number in range(3)] == ["Runtime.ExitError", "", ""]
    assert [one.fate for one in sandboxes.runtime.invocations] == [Fate.LIVES, fate, Fate.LIVES, Fate.LIVES]
    assert (strike.hit, strike.aimed) == (["work"], {})


def test_a_process_that_says_nothing_is_killed_and_is_a_defect(
    sandboxes: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.runtime.sandbox.HANG_SECONDS", 0.5)
    sandboxes.write("hang", "import threading\ndef handler(event, context): threading.Event().wait(60)")
    with pytest.raises(HungError, match="said nothing"):
        sandboxes.invoke("hang")
    assert sandboxes.runtime.busy is False


def test_a_function_that_is_registered_again_starts_anew(sandboxes: Sandboxes) -> None:
    sandboxes.write("work", "def handler(event, context): return 1")
    sandboxes.invoke("work")
    function = sandboxes.runtime.functions[f"{ARN}work"]
    (function.directory / "own_code.py").write_text("def handler(event, context): return 22")
    sandboxes.runtime.register(function.arn, function.directory, function.handler, {}, 30, ROLE)
    assert sandboxes.invoke("work").payload == 22
    assert [one.cold for one in sandboxes.runtime.invocations] == [True, True]
