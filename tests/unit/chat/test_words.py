"""Every verb and every error has an answer in every language, and no answer says more than its reader may know."""

from __future__ import annotations

import inspect
import re
from typing import Any, get_args

import pytest

from norikae import errors
from norikae.chat import markup, phrases
from norikae.chat.markup import MOST, Said
from norikae.chat.standing import standing, windows
from norikae.chat.words import NOBODY, answered, failed, noted
from norikae.commands.model import VERBS, Verb
from norikae.commands.roles import MAY
from norikae.environment.notify import Language
from norikae.upgrade.state import AppOutcome, Outcome
from tests.unit.chat.letters import Chat
from tests.unit.commands.people import EVERYBODY, HANAKO, MIO, RIN, TARO, YUKI
from tests.unit.fakes.story import RUN

LANGUAGES: tuple[Language, ...] = get_args(Language)
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
COMMAND = {"run": RUN, "application": "billing", "gate": "latency", "node": "ip-1", "version": "1.35"}
ANSWER = {
    "run": RUN,
    "started": "x",
    "cluster": "demo-1-33",
    "clusters": ["demo-1-33"],
    "subject": "plan",
    "phase": "soak",
}
ERRORS = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.NorikaeError)]


def made(kind: type[errors.NorikaeError]) -> errors.NorikaeError:
    """An error of a class."""
    if kind is errors.AwsRefusedError:
        return errors.AwsRefusedError("eks:CreateCluster", "AccessDenied", "why and what to do")
    return kind("command: why and what to do")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_an_answer(verb: Verb, language: Language) -> None:
    told = answered({"command": verb, **COMMAND}, ANSWER, language)
    assert told.text
    assert NOBODY not in told.text
    assert bool(JAPANESE.search(told.text)) == (language == "ja")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("command", "answer", "says"),
    [
        ({"command": "start"}, {"run": RUN, "again": True}, ("begun by the same words", "すでに開始")),
        ({"command": "approve"}, {**ANSWER, "answered": False, "missing": 1}, ("second person", "もう一人の承認")),
        ({"command": "approve"}, {**ANSWER, "answered": False}, ("was over before", "先に終了していた")),
        ({"command": "reject"}, {**ANSWER, "answered": False}, ("was over before", "先に終了していた")),
        ({"command": "resume", "application": "billing"}, ANSWER, ("billing goes on", "billing を再開")),
        ({"command": "resume"}, ANSWER, (f"{RUN} goes on", f"{RUN} を再開")),
    ],
)
def test_how_it_came_out_is_told(command: Any, answer: Any, says: tuple[str, str], language: Language) -> None:
    assert says[LANGUAGES.index(language)] in answered(command, answer, language).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_words_and_keeps_its_own_text(kind: type[errors.NorikaeError], language: Language) -> None:
    assert kind.__name__ in phrases.LEADS
    told = failed(made(kind), language).text
    assert "why and what to do" in told
    assert "command: " not in told
    assert bool(JAPANESE.search(told)) == (language == "ja")


def test_an_error_of_a_kind_that_is_not_ours_is_told_as_the_nearest() -> None:
    kind = type("FreshError", (errors.RefusedError,), {})
    assert failed(kind("no"), "en").text == "Refused: no"


@pytest.mark.parametrize("table", ["DONE", "LEADS", "NOTES", "LABELS"])
def test_every_text_is_there_in_every_language_with_the_same_fields(table: str) -> None:
    for name, texts in getattr(phrases, table).items():
        assert set(texts) == set(LANGUAGES), name
        english, japanese = (set(re.findall(r"{(\w+)}", texts[language])) for language in ("en", "ja"))
        assert english == japanese, name
        assert JAPANESE.search(texts["ja"]), name
        assert not JAPANESE.search(texts["en"]), name


def test_every_verb_and_outcome_is_there_in_japanese() -> None:
    assert set(phrases.ABOUT) == set(VERBS)
    assert {*get_args(Outcome), *get_args(AppOutcome), "adopted", "undone"} - {""} <= set(phrases.OUTCOMES)


class TestHelp:
    """Only what somebody may say."""

    @pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.name)
    def test_help_has_what_its_reader_may_say_and_no_more(self, person: Any) -> None:
        chat = Chat()
        told = chat.says(person, "help").splitlines()
        shown = {line.split(" ")[0] for line in told if " - " in line}
        assert shown == {verb for role in person.roles for verb in MAY[role]}

    def test_who_has_no_role_hears_so(self) -> None:
        told = Chat().says("T01AB/U0NEW", "help")
        assert "may not help" in told
        assert answered({"command": "help"}, {"commands": {"help": {"may": False}}}, "en").text.startswith(
            "You have no role here"
        )

    def test_help_in_japanese(self) -> None:
        told = Chat(language="ja").says(HANAKO, "help")
        assert "approve [run] [code] [subject=…] [plan_hash=…] - 待っている質問に" in told.replace("&lt;", "<")


class TestStatus:
    """Where a run stands, in lines and bars."""

    def test_bars_questions_and_flags(self) -> None:
        chat = Chat()
        code = chat.office.asked().code
        chat.says(TARO, "hold billing because release today")
        told = chat.says(YUKI, "status")
        assert f"{RUN} (demo, demo-1-33 → demo-1-35-a)" in told
        assert "phase: request-plan-approval (since 1970-01-12 13:46 UTC)" in told
        assert "held: billing (by taro): release today" in told
        assert f"  approve {RUN} {code}\n  reject {RUN} {code}" in told
        assert "applications moved: 0/2" in told
        assert "```\nbilling  ░░░░░░░░░░   0% waiting\ninvoices ░░░░░░░░░░   0% waiting\n```" in told

    def test_in_chatwork_bars_are_code(self) -> None:
        told = Chat(language="ja").says(RIN, "status")
        assert "移行済みアプリケーション: 0/2" in told
        assert "[code]billing  ░░░░░░░░░░   0% 待機" in told
        assert told.endswith("[/code]")

    @pytest.mark.parametrize(("language", "word"), [("en", "Nothing is known of this run"), ("ja", "見つかりません")])
    def test_a_run_that_there_is_not_is_not_shown_as_if_there_were(self, language: str, word: str) -> None:
        assert word in Chat(language=language).says(RIN, "status demo-1-35-001")
        assert word not in Chat(language=language).says(RIN, "status")

    def test_what_needs_a_look_is_shown_first_and_the_rest_is_counted(self) -> None:
        found = {f"app-{number:02}": {"outcome": "moved", "weight": 100} for number in range(40)}
        found["app-39"] = {"outcome": "failed", "weight": 5, "reason": "http-5xx:\n 3 %"}
        told = standing({"run": RUN, "applications": found}, "en").block.splitlines()
        assert (len(told), told[-1]) == (31, "+10 more")
        assert told[-2] == "app-39 █░░░░░░░░░   5% failed: http-5xx: 3 %"

    def test_an_end_an_adoption_and_a_window(self) -> None:
        answer = {
            "run": RUN,
            "environment": "demo",
            "blue": "demo-1-33",
            "outcome": "rolled-back",
            "waiting_for": "a gate\nfailed",
            "adoption": {"cluster": "demo-1-33", "outcome": "adopted", "reason": ""},
            "window": {"now": {"open": False, "reason": "a holiday", "until": "Mon 09:00"}},
            "questions": [
                {"subject": "sync", "text": "a\nb", "code": "", "expires": 0, "plan_hash": "d", "yes": "mio"}
            ],
        }
        assert standing(answer, "en").text.splitlines() == [
            f"{RUN} (demo, demo-1-33)",
            "ended: rolled-back: a gate failed",
            "question sync: a b (yes by mio)",
            f"  approve {RUN} subject=sync plan_hash=d",
            f"  reject {RUN} subject=sync",
            "window: closed (until Mon 09:00): a holiday",
            "adoption: demo-1-33, adopted",
        ]
        assert "終了: 切り戻し済み" in standing(answer, "ja").text

    @pytest.mark.parametrize(
        ("language", "says"), [("en", "no run has been started yet"), ("ja", "実行はまだありません")]
    )
    def test_before_any_run(self, language: Language, says: str) -> None:
        assert standing({"run": "", "environment": "demo"}, language).text == f"{says} (demo)"

    def test_a_calendar_that_cannot_be_read_hides_nothing_else(self) -> None:
        told = standing({"run": RUN, "phase": "soak", "window": {"error": "no such\ncalendar"}}, "en").text
        assert told.splitlines()[1:] == ["phase: soak", "window: no such calendar"]


class TestWindows:
    """When upgrades may move on."""

    def test_without_windows_it_is_always(self) -> None:
        assert Chat().says(YUKI, "windows") == "Upgrades may move on at any time."

    def test_now_and_next(self) -> None:
        answer = {
            "timezone": "Asia/Tokyo",
            "now": {"open": True, "reason": "", "until": "Mon 18:00"},
            "next": [{"opens": "Tue 10:00", "closes": "Tue 18:00"}],
        }
        assert windows(answer, "en").text == "open (until Mon 18:00) (Asia/Tokyo)\nnext: Tue 10:00 - Tue 18:00"
        assert windows(answer, "ja").text.startswith("開いています")


class TestMarkup:
    """What leaves for a chat."""

    def test_what_names_and_reasons_say_calls_nobody(self) -> None:
        chat = Chat()
        chat.says(MIO, "pause because <!channel> [toall] ``` @here")
        slack = chat.says(YUKI, "status")
        assert "<!channel>" not in slack
        assert "@here" not in slack
        told = chat.says(RIN, "status")
        assert "[toall]" not in told
        assert told.count("[") == 3, "the reply and the code"

    def test_a_block_cannot_be_ended_from_within(self) -> None:
        said = Said("text", "a ``` b [/code] c")
        assert markup.slack(said, "en") == "text\n```\na ''' b [/code] c\n```"
        assert markup.chatwork(said, "en") == "text\n[code]a ``` b \uff3b/code\uff3d c[/code]"

    @pytest.mark.parametrize("said", [Said("line\n" * 3000, "row\n" * 3000), Said("x" * 9000)])
    def test_an_answer_is_cut_where_nobody_reads_on(self, said: Said) -> None:
        for told in (markup.slack(said, "en"), markup.chatwork(said, "ja")):
            assert len(told) < 1.5 * MOST
            assert "and more" in told or "以下省略" in told


def test_a_note_names_its_facts() -> None:
    assert "came 16 minutes after" in noted("late", "en", minutes=16).text
    assert "16分後" in noted("late", "ja", minutes=16).text
