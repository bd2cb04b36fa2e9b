"""What people say in chats has its effect once, and they are answered where they look for it."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
import pytest

from norikae.chat.answer import KEEP_SECONDS, LATE_SECONDS, TIMES, answer
from norikae.environment.notify import Notify
from norikae.errors import (
    AwsRefusedError,
    ConflictError,
    RefusedError,
    SettingsError,
    ThrottledError,
    UnreachableError,
)
from tests.unit.chat.letters import ACCOUNT, CHANNEL, HOOK, ROOM, TEAM_CHANNEL, WAR_ROOM, Chat, record
from tests.unit.commands.people import HANAKO, MIO, RIN, TARO, TOKEN, YUKI
from tests.unit.fakes.story import APP, RUN

GO_ON = {f"{TOKEN}/plan": {"next": "go-on"}}


def test_a_slash_command_is_answered_for_its_senders_eyes() -> None:
    chat = Chat()
    assert RUN in chat.says(YUKI, "status")
    ((url, _, replace),) = chat.ports.slack.responses
    assert (url, replace) == (HOOK, False)
    assert chat.commander.heard[0]["actor"] == {"door": "slack", "id": YUKI.slack, "place": CHANNEL, "name": ""}


def test_a_pressed_button_is_a_line_whose_answer_leaves_the_card_alone() -> None:
    chat = Chat()
    code = chat.office.asked().code
    told = chat.says(HANAKO, f"approve {RUN} {code}", kind="button", message="1790000000.000001")
    assert (told, chat.woken) == (f"Yes to plan of {RUN}: it goes on.", GO_ON)
    assert chat.ports.slack.responses[0][2] is False


def test_in_chatwork_the_answer_is_a_reply_in_the_room() -> None:
    chat = Chat()
    code = chat.office.asked().code
    told = chat.says(RIN, f"approve {RUN} {code}")
    assert told == f"[rp aid=42 to={ROOM}-77]\nYes to plan of {RUN}: it goes on."
    assert chat.woken == GO_ON


def test_who_speaks_is_written_down_by_their_name() -> None:
    chat = Chat()
    chat.says(MIO, "pause because the database is slow")
    (event,) = [one for one in chat.ports.table.events if one.what == "pause"]
    assert (event.by, event.detail["door"], event.detail["id"], event.detail["place"], event.detail["reason"]) == (
        *("mio", "slack", MIO.slack, CHANNEL),
        "the database is slow",
    )


def test_slack_escapes_and_links_and_is_read_as_it_was_typed() -> None:
    chat = Chat()
    chat.says(MIO, "hold billing because 5xx &gt; 1% &amp; see <http://wiki.example.com|wiki.example.com>")
    assert chat.commander.heard[0]["reason"] == "5xx > 1% & see wiki.example.com"
    chat.says(MIO, "drain <http://ip-10-0-1-2.example.com>")
    assert chat.commander.heard[1]["node"] == "http://ip-10-0-1-2.example.com"


class TestWhereFrom:
    """Places, workspaces and accounts that the environment file does not name."""

    @pytest.mark.parametrize("more", [{"place": "C0OTHER"}, {"id": "T0ELSE/U02CD"}, {"id": "U02CD"}, {"place": ""}])
    def test_what_comes_from_elsewhere_is_refused_with_one_text(self, more: dict[str, str]) -> None:
        chat = Chat()
        chat.office.asked()
        told = chat.says(HANAKO, f"approve {RUN} aaaaaa", **more)
        assert told.startswith("norikae takes no commands from here")
        assert (chat.commander.heard, chat.woken, chat.ports.slack.messages) == ([], {}, {})

    def test_nothing_is_posted_where_norikae_was_not_invited(self) -> None:
        chat = Chat()
        chat.ports.slack.fails = [RefusedError("slack response_url: it is not at https://hooks.slack.com")]
        told = chat.brings(chat.letter(HANAKO, "status", place="C0OTHER", answer_to="https://evil.example.com/"))
        assert chat.ports.slack.calls == ["respond"]
        assert told["failed"] == ["RefusedError: slack response_url: it is not at https://hooks.slack.com"]

    def test_a_room_that_is_not_named_is_refused(self) -> None:
        chat = Chat()
        assert "norikae takes no commands from here" in chat.says(RIN, "status", place="999")
        assert chat.commander.heard == []

    def test_a_room_that_is_not_named_is_told_so_once_a_day(self) -> None:
        """A stranger's lines must not use up the requests that notifications need."""
        chat = Chat()
        for _ in range(100):
            chat.brings(chat.letter(RIN, "status", place="999"))
        assert len(chat.read) == 1
        assert len(chat.says(RIN, "status", place="998")) > 0
        assert [chat.says("T01AB/U09", "status", place="C0OTHER") for _ in range(2)] != []
        assert len(chat.ports.slack.responses) == 2, "seen by the sender alone, and nobody's requests"

    def test_norikaes_own_messages_are_no_commands(self) -> None:
        chat = Chat()
        told = chat.brings(chat.letter(RIN, "abort", id=ACCOUNT))
        assert told == {"batchItemFailures": [], "ignored": {"said by norikae itself": 1}}
        assert (chat.read, chat.commander.heard) == ([], [])

    @pytest.mark.parametrize("person", [MIO, RIN])
    def test_a_chat_that_is_not_set_up_says_nothing(self, person: Any) -> None:
        chat = Chat()
        chat.ports.environment = msgspec.structs.replace(chat.ports.environment, notify=Notify())
        chat.brings(chat.letter(person, "abort"))
        assert chat.commander.heard == []

    def test_a_further_channel_of_the_file_is_heard(self) -> None:
        chat = Chat()
        assert RUN in chat.says(YUKI, "status", place=WAR_ROOM)

    def test_where_cards_go_their_buttons_count_and_lines_do_not(self) -> None:
        chat = Chat()
        code = chat.office.asked().code
        assert "no commands from here" in chat.says(HANAKO, f"approve {code}", place=TEAM_CHANNEL)
        assert chat.woken == {}
        chat.says(HANAKO, f"approve {RUN} {code}", place=TEAM_CHANNEL, kind="button")
        assert chat.woken == GO_ON


class TestOnce:
    """Copies, crashes and whatever comes again."""

    def test_a_copy_has_no_effect_and_no_answer(self) -> None:
        chat = Chat()
        letter = chat.letter(MIO, "pause")
        chat.brings(letter)
        assert chat.brings(letter, message="another")["ignored"] == {"a copy": 1}
        assert chat.brings(letter)["ignored"] == {"a copy": 1}, "the same message, too, once it is settled"
        assert (len(chat.commander.heard), len(chat.read)) == (1, 1)

    def test_the_same_words_said_again_are_no_copy(self) -> None:
        chat = Chat()
        chat.says(YUKI, "status")
        chat.says(YUKI, "status")
        assert len(chat.commander.heard) == 2

    def test_a_message_whose_function_died_is_carried_out_when_it_comes_again(self) -> None:
        chat = Chat()
        letter = chat.letter(MIO, "pause")
        chat.commander.fails = [KeyboardInterrupt()]  # type: ignore[list-item]
        with pytest.raises(KeyboardInterrupt):
            chat.brings(letter)
        assert chat.brings(letter, message="another")["ignored"] == {"a copy": 1}
        assert chat.brings(letter, attempt=2)["carried"] == {"pause": 1}

    def test_a_hundred_copies_at_once_are_one(self) -> None:
        chat = Chat(language="ja")
        code = chat.office.asked().code
        letter = chat.letter(HANAKO, f"approve {RUN} {code}")
        begin = threading.Barrier(100)

        def comes(number: int) -> None:
            begin.wait()
            answer(chat.ports, [record(letter, message=f"copy-{number}")])

        threads = [threading.Thread(target=comes, args=(number,)) for number in range(100)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert (len(chat.commander.heard), len(chat.read), chat.woken) == (1, 1, GO_ON)

    @pytest.mark.parametrize("error", [ThrottledError("slow"), UnreachableError("gone"), ConflictError("both")])
    def test_what_passes_lets_the_message_come_again(self, error: Any) -> None:
        chat = Chat()
        letter = chat.letter(MIO, "pause")
        chat.breaks(error)
        told = chat.brings(letter)
        assert told["batchItemFailures"] == [{"itemIdentifier": f"message-{letter.key}"}]
        assert chat.read == []
        assert chat.brings(letter, attempt=2)["batchItemFailures"] == []
        assert chat.read == [f"{RUN} stays where it is from its next look on; weights stay."]

    def test_nobody_overtakes_a_message_that_comes_again(self) -> None:
        chat = Chat()
        first, second, elsewhere = chat.letter(MIO, "pause"), chat.letter(MIO, "resume"), chat.letter(RIN, "status")
        chat.breaks(UnreachableError("gone"))
        told = chat.brings(first, second, elsewhere)
        assert [one["itemIdentifier"] for one in told["batchItemFailures"]] == [
            f"message-{one.key}" for one in (first, second)
        ]
        assert [one["command"] for one in chat.commander.heard] == ["pause", "status"]

    def test_what_does_not_pass_is_told_in_the_end(self) -> None:
        chat = Chat()
        letter = chat.letter(MIO, "pause")
        chat.breaks(UnreachableError("it does not answer"))
        told = chat.brings(letter, attempt=TIMES)
        assert (told["batchItemFailures"], told["failed"]) == ([], ["UnreachableError: it does not answer"])
        assert chat.read[0].splitlines() == [
            "Something does not answer: it does not answer",
            f"It was tried {TIMES} times, and may have had its effect all the same: ask for the status.",
        ]

    def test_a_refusal_after_a_lost_answer_says_that_it_may_have_worked(self) -> None:
        chat = Chat()
        code = chat.office.asked().code
        letter = chat.letter(HANAKO, f"approve {code}")
        chat.breaks(UnreachableError("the answer was lost"))
        chat.brings(letter)
        chat.office.says(HANAKO, command="approve", code=code)
        chat.brings(letter, attempt=2)
        assert "may have had its effect then: ask for the status" in chat.read[0]
        assert chat.woken == GO_ON

    @pytest.mark.parametrize("line", ["resume", "shift billing", "skip-gate billing http-5xx", "plan 1.36"])
    def test_a_word_to_go_on_whose_answer_was_lost_undoes_no_stop_that_came_since(self, line: str) -> None:
        chat = Chat()
        letter = chat.letter(MIO, line)
        chat.breaks(UnreachableError("the answer was lost"))
        assert chat.brings(letter)["batchItemFailures"] == []
        assert chat.read[0].endswith(
            "may have had its effect all the same, and is not tried again: ask for the status."
        )
        chat.office.says(MIO, command="pause")
        assert chat.brings(letter, attempt=2)["ignored"] == {"a copy": 1}
        assert len(chat.commander.heard) == 1

    def test_what_nobody_expected_comes_again_and_says_nothing_of_itself(self) -> None:
        chat = Chat()
        chat.commander.fails = [ValueError("xoxb-secret")]
        told = chat.brings(chat.letter(MIO, "pause"))
        assert len(told["batchItemFailures"]) == 1
        assert "xoxb" not in repr(told)
        assert "unexpected ValueError at tests.unit.chat.letters" in told["failed"][0]

    def test_an_answer_that_does_not_get_through_repeats_nothing(self) -> None:
        chat = Chat()
        chat.ports.slack.fails = [UnreachableError("hooks"), UnreachableError("slack")]
        letter = chat.letter(MIO, "pause")
        told = chat.brings(letter)
        assert told == {"batchItemFailures": [], "failed": ["UnreachableError: slack"], "carried": {"pause": 1}}
        assert chat.brings(letter, attempt=2)["ignored"] == {"a copy": 1}
        assert len(chat.commander.heard) == 1

    def test_an_answer_without_words_repeats_nothing(self) -> None:
        chat = Chat()
        chat.ports.commander = type("Odd", (), {"carry_out": lambda *_: {"flags": 3, "questions": [7], "run": RUN}})()
        told = chat.says(MIO, "status")
        assert told.startswith("status is done, but its answer cannot be shown")

    def test_a_table_that_does_not_answer_lets_the_message_come_again(self) -> None:
        chat = Chat()

        def broken(*_: object, **__: object) -> bool:
            raise ThrottledError("dynamodb:PutItem: slow down")

        chat.ports.seen.first = broken  # type: ignore[method-assign]
        assert len(chat.brings(chat.letter(MIO, "pause"))["batchItemFailures"]) == 1
        assert chat.commander.heard == []

    def test_what_cannot_be_settled_is_told_all_the_same(self) -> None:
        chat = Chat()

        def broken(*_: object, **__: object) -> None:
            raise AwsRefusedError("dynamodb:PutItem", "AccessDenied", "no")

        chat.ports.seen.settle = broken  # type: ignore[method-assign]
        told = chat.brings(chat.letter(MIO, "pause"))
        assert (told["batchItemFailures"], len(chat.read)) == ([], 1)

    def test_what_is_no_letter_is_dropped(self) -> None:
        told = answer(Chat().ports, [{"messageId": "m", "body": "{}"}, {"messageId": "n", "body": "\ud800"}])
        assert told == {"batchItemFailures": [], "ignored": {"not a letter": 2}}


class TestLate:
    """What was said long ago."""

    def test_what_comes_late_is_not_carried_out(self) -> None:
        chat = Chat()
        code = chat.office.asked().code
        letter = chat.letter(HANAKO, f"approve {code}")
        chat.ports.now += LATE_SECONDS
        told = chat.brings(letter)
        assert (told["ignored"], chat.woken, chat.commander.heard) == ({"late": 1}, {}, [])
        assert chat.read[0].startswith("This came 15 minutes after it was said, and was not carried out.")

    def test_what_was_tried_before_and_comes_late_is_not_said_to_have_had_no_effect(self) -> None:
        chat = Chat()
        letter = chat.letter(MIO, "pause")
        chat.breaks(UnreachableError("the answer was lost"))
        chat.brings(letter)
        chat.ports.now += LATE_SECONDS
        assert chat.brings(letter, attempt=2)["ignored"] == {"late": 1}
        assert "was not carried out" not in chat.read[0]
        assert "may have had its effect then" in chat.read[0]

    def test_what_comes_just_in_time_is(self) -> None:
        chat = Chat()
        letter = chat.letter(MIO, "pause")
        chat.ports.now += LATE_SECONDS - 2
        assert chat.brings(letter)["carried"] == {"pause": 1}

    def test_a_request_is_known_for_longer_than_it_is_taken(self) -> None:
        assert KEEP_SECONDS > LATE_SECONDS + 300, "a retry may be signed some minutes later, with the same key"


class TestTheWayBack:
    """Where answers go."""

    def test_without_the_url_the_answer_is_in_the_thread(self) -> None:
        chat = Chat()
        chat.ports.slack.fails = [RefusedError("slack response_url: expired_url")]
        chat.says(YUKI, "help", name="yuki <!here>", message="1790.1")
        (message,) = chat.ports.slack.messages.values()
        assert message["thread"] == "1790.1"
        assert message["text"].startswith("yuki &lt;!here&gt;: What you may say here:")

    def test_a_room_that_is_full_is_waited_for_once(self) -> None:
        chat = Chat()
        chat.ports.chatwork.fails = [ThrottledError("chatwork: again in 3 s")]
        assert chat.says(RIN, "pause").endswith("weights stay.")
        assert chat.ports.clock.slept == [10.0]

    def test_a_chat_without_a_token_fails_no_command(self) -> None:
        chat = Chat()
        chat.ports.chatwork.fails = [SettingsError("NORIKAE_CHATS names no secret of chatwork")]
        told = chat.brings(chat.letter(RIN, "pause"))
        assert (told["batchItemFailures"], told["carried"]) == ([], {"pause": 1})

    @pytest.mark.parametrize("aid", ["42] [toall", "x"])
    def test_an_id_that_is_none_makes_no_tag(self, aid: str) -> None:
        chat = Chat()
        chat.brings(chat.letter(RIN, "status", id=aid))
        assert "[" not in chat.read[0]


def test_a_team_may_move_its_own_application_only() -> None:
    chat = Chat()
    assert chat.says(TARO, f"hold {APP} because release today") == f"{APP} keeps its weight from the next look on."
    assert chat.says(TARO, "abort").startswith("That is not allowed: taro may not abort")
