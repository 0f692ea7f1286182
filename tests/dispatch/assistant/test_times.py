"""When it happens, and expressions of time, in three languages."""

import json
from itertools import combinations

import pytest

from dispatch.assistant.contradictions import Against
from dispatch.assistant.phrases import Line
from dispatch.assistant.texts import Text
from dispatch.assistant.times import Times, When, times
from tests.dispatch.assistant.help_figures import between_texts
from tests.dispatch.assistant.labelled import FILE


def read(text: str) -> Times:
    return times(Line(Text(text)))


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("үй жанып жатыр", When.NOW),
        ("qazir su kelip zhatyr", When.NOW),
        ("горит дом", When.NOW),
        ("машина только что перевернулась", When.NOW),
        ("мама не отвечает двое суток", When.NOW),
        ("the house is burning", When.NOW),
        ("he still hasn't come back", When.NOW),
        ("кеше кетті, әлі оралған жоқ", When.NOW),
        ("вчера ушёл и не вернулся", When.NOW),
        ("missing since yesterday", When.NOW),
        ("сами потушили, не едьте", When.PAST),
        ("өзіміз сөндіріп тастадық", When.PAST),
        ("we put it out, no need to come", When.PAST),
        ("былтыр осылай су басты", When.PAST),
        ("в девяностых тоже топило", When.PAST),
        ("there was a flood last year", When.PAST),
        ("вчера была авария", When.PAST),
        ("ертең су болмайды", When.FUTURE),
        ("erten svet bolmaidy", When.FUTURE),
        ("завтра отключат воду", When.FUTURE),
        ("storm warning for the region", When.FUTURE),
        ("planned drill on Tuesday 10 am", When.FUTURE),
        ("в прошлом году топило, сейчас опять вода идёт", When.NOW),
        ("Алматы, Абая 12", None),
        ("", None),
    ],
)
def test_it_is_read_when_it_happens(text: str, when: When | None) -> None:
    assert read(text).when is when


@pytest.mark.parametrize(
    ("text", "said", "minutes"),
    [
        ("час назад упал", "час назад", -60),
        ("два часа назад", "два часа назад", -120),
        ("полчаса назад", "полчаса назад", -30),
        ("минут пять назад", "минут пять назад", -5),
        ("полтора часа назад", "полтора часа назад", -90),
        ("30 минут назад", "30 минут назад", -30),
        ("бір сағат бұрын", "бір сағат бұрын", -60),
        ("екі күн бұрын", "екі күн бұрын", -2880),
        ("жарты сағат бұрын", "жарты сағат бұрын", -30),
        ("екі күннен бері жоқ", "екі күннен бері", -2880),
        ("bes kun boldy", "bes kun boldy", -7200),
        ("an hour ago", "hour ago", -60),
        ("20 minutes ago", "20 minutes ago", -20),
        ("half an hour ago", "half an hour ago", -30),
        ("через 20 минут", "через 20 минут", 20),
        ("in ten minutes", "in ten minutes", 10),
        ("for two days", "for two days", -2880),
        ("уже три часа", "уже три часа", -180),
        ("an hour and a half ago", "hour and a half ago", -90),
        ("бір жарым сағат бұрын", "бір жарым сағат бұрын", -90),
        ("два с половиной часа назад", "два с половиной часа назад", -150),
    ],
)
def test_relative_times_become_minutes(text: str, said: str, minutes: int) -> None:
    stated = [(text[slice(*one.span)], one.minutes) for one in read(text).moments if one.minutes is not None]

    assert stated == [(said, minutes)]


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("в 22:40", 22 * 60 + 40),
        ("сағат 14-те", 14 * 60),
        ("сағат 14:30-да", 14 * 60 + 30),
        ("кешкі сағат 6-да", 18 * 60),
        ("в 9 утра", 9 * 60),
        ("к 6 вечера", 18 * 60),
        ("at 9 pm", 21 * 60),
        ("10 am", 10 * 60),
        ("12 am", 0),
        ("at 2:30 pm", 14 * 60 + 30),
        ("с пяти утра", 5 * 60),
        ("таңғы 6:45-тен бері", 6 * 60 + 45),
        ("таңғы бестен бері", 5 * 60),
        ("кешкі сағат бір жарымда", 13 * 60 + 30),
        ("в половине двенадцатого ночи", 23 * 60 + 30),
        ("полседьмого вечера", 18 * 60 + 30),
        ("без четверти шесть вечера", 17 * 60 + 45),
        ("half past nine", 9 * 60 + 30),
        ("quarter to five", 4 * 60 + 45),
        ("в 11 ночи", 23 * 60),
        ("в двенадцать ночи", 0),
        ("в час дня", 13 * 60),
        ("since midnight", 0),
        ("тал түсте", 12 * 60),
    ],
)
def test_times_of_the_day_become_minutes_after_midnight(text: str, minute: int) -> None:
    assert [one.minute_of_day for one in read(text).moments if one.minute_of_day is not None] == [minute]


@pytest.mark.parametrize(
    "text", ["25:70", "1.50.40", "8 701 000 22 08", "в 5 км", "floor 10", "3 дня без света", "три ночи не спим"]
)
def test_other_numbers_are_no_times_of_the_day(text: str) -> None:
    assert [one for one in read(text).moments if one.minute_of_day is not None] == []


def test_the_end_of_a_phone_counts_no_hours() -> None:
    assert [moment.minutes for moment in times(Line(Text("тел 8 701 555 12 34, час назад упал"))).moments] == [-60]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("в субботу снесут трубу", When.FUTURE),
        ("жексенбіде марафон болады", When.FUTURE),
        ("on Sunday the centre will be closed", When.FUTURE),
        ("в субботу снесли трубу", None),
        ("через два часа пустят воду", When.FUTURE),
        ("через два часа приехала скорая", None),
        ("десять лет назад здесь тоже топило", When.PAST),
        ("үш күн бұрын өрт болды", When.PAST),
        ("три дня назад ушёл и не вернулся", When.NOW),
    ],
)
def test_weekdays_and_durations_are_told_by_the_verbs_beside_them(text: str, when: When | None) -> None:
    assert read(text).when is when


def test_times_in_messages_that_were_written_before_the_grammar() -> None:
    told = [json.loads(line) for line in FILE.with_name("told_times.jsonl").read_text("utf-8").splitlines()]
    found = [(one, read(one["text"])) for one in told]

    when = [(times_.when or "now") == one["when"] for one, times_ in found]
    minutes = [one["minutes"] in [m.minutes for m in t.moments] for one, t in found if one["minutes"]]
    clock = [one["minute_of_day"] in [m.minute_of_day for m in t.moments] for one, t in found if one["minute_of_day"]]

    assert all(minutes)
    assert all(clock)
    assert sum(when) >= len(when) - 3


def test_what_goes_on_contradicts_what_is_only_expected() -> None:
    told = [json.loads(line) for line in FILE.with_name("told_times.jsonl").read_text("utf-8").splitlines()]
    pairs = [(one, other) for one, other in combinations(told, 2) if one["event"] == other["event"]]
    found = [Against.TIME in between_texts(one["text"], other["text"]) for one, other in pairs]
    differ = [{one["when"], other["when"]} == {"now", "future"} for one, other in pairs]

    missed = [pair for pair, is_found, is_so in zip(pairs, found, differ, strict=True) if is_so and not is_found]
    false = [pair for pair, is_found, is_so in zip(pairs, found, differ, strict=True) if is_found and not is_so]

    assert sum(differ) >= 20
    assert len(missed) <= 2
    assert false == []
