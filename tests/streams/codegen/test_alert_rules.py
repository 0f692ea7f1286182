"""The rules of Prometheus do what they say, by its own tool: `promtool check rules` and `promtool test rules`."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from streams.codegen import alert_rules
from streams.codegen.alert_rules import alert_name, slo_page
from streams.monitoring.alarms import RULES
from streams.monitoring.objectives import BURNS, OBJECTIVES
from streams.monitoring.queried_alarms import (
    BEHIND_S,
    ERASURES_S,
    EXPORT_S,
    FAILING_S,
    INDEX_S,
    QUERIED,
    READ_BACK_S,
    REFUSED_S,
    SILENT_S,
)
from tests.support.programs import program

WHY = "the rules of Prometheus are not tested"
HOURS = 8
POSTS = 'komek_http_requests_total{route="/v1/incidents",method="POST",status="%s"}'


def promtool(*arguments: str) -> "subprocess.CompletedProcess[str]":
    tool = program("promtool", why=WHY)
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=300, check=False)


def judged(folder: Path, tests: list[dict[str, Any]], every: str = "5s") -> str:
    """What promtool says; empty when all expectations hold.

    `every`: how often the rules are evaluated; hours of every 5 s take minutes.
    """
    file = folder / "tests.yml"
    # JSON is YAML.
    file.write_text(json.dumps({"rule_files": [str(alert_rules.FILE)], "evaluation_interval": every, "tests": tests}))
    done = promtool("test", "rules", str(file))
    return "" if done.returncode == 0 else done.stdout + done.stderr


def case(series: dict[str, str], *alerts: tuple[str, str, list[str]], interval: str = "5s") -> dict[str, Any]:
    """`alerts`: time, name of the alert, and for each that must fire its severity."""
    return {
        "interval": interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count by (severity) (ALERTS{{alertname="{name}",alertstate="firing"}})',
                "eval_time": at,
                "exp_samples": [
                    {"labels": f'{{severity="{severity}"}}', "value": severities.count(severity)}
                    for severity in sorted(set(severities))
                ],
            }
            for at, name, severities in alerts
        ],
    }


def test_prometheus_accepts_the_rules() -> None:
    done = promtool("check", "rules", str(alert_rules.FILE))

    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alarm_fires_while_one_process_reports_it_and_ends_after(tmp_path: Path) -> None:
    tests = []
    for rule in RULES:
        name = rule.name
        # Of two API processes one cannot know (NaN), the other reports the alarm for half a minute.
        series = {
            f'komek_alarm{{name="{name}",instance="api-1"}}': "NaN+0x24",
            f'komek_alarm{{name="{name}",instance="api-2"}}': "0 0 1 1 1 1 1 1 0 0 0 0 0 0",
        }
        severity, alert = str(rule.severity), alert_name(name)
        tests.append(case(series, ("5s", alert, []), ("20s", alert, [severity]), ("55s", alert, [])))

    assert judged(tmp_path, tests) == ""


def test_an_alarm_that_nobody_can_evaluate_does_not_fire(tmp_path: Path) -> None:
    series = {f'komek_alarm{{name="undecided",instance="api-{number}"}}': "NaN+0x24" for number in (1, 2)}

    assert judged(tmp_path, [case(series, ("60s", "KomekUndecided", []))]) == ""


def test_silence_of_all_api_processes_fires_after_a_minute(tmp_path: Path) -> None:
    # The last sample counts for five minutes; `stale` is what Prometheus writes when a target is gone.
    series = {'komek_alarm{name="undecided"}': "0 0 stale stale stale"}

    assert judged(tmp_path, [case(series, ("5s", "KomekSilent", []), ("90s", "KomekSilent", ["critical"]))]) == ""


SPAN_H = 200
HOUR_S = 3600
AGED = {"backup_late": EXPORT_S, "backup_unverified": READ_BACK_S, "erasures_late": ERASURES_S}
AGED_BY = {
    "backup_late": "komek_backup_begun_timestamp_seconds",
    "backup_unverified": "komek_backup_read_back_timestamp_seconds",
    "erasures_late": "komek_backup_erasures_timestamp_seconds",
}


def minutes(hours: float) -> str:
    """promtool knows whole numbers alone."""
    return f"{round(hours * 60)}m"


@pytest.mark.parametrize("name", sorted(AGED))
def test_a_backup_that_grows_old_fires_also_when_its_server_is_gone_and_ends_with_the_next(
    name: str, tmp_path: Path
) -> None:
    alert, limit_h = alert_name(name), AGED[name] / HOUR_S
    severity = next(str(alarm.severity) for alarm in QUERIED if alarm.name == name)
    before, after, late = minutes(limit_h - 0.5), minutes(limit_h + 0.5), limit_h + 2
    # Time begins at 0 in these tests, so a value of 0 is an export of that moment.
    kept = {AGED_BY[name]: f"0x{SPAN_H * 60}"}
    gone = {AGED_BY[name]: "0x2 stale"}
    renewed = {AGED_BY[name]: f"0x{round(late * 60)} {round(late * HOUR_S)}x600"}
    # One that never was, and nothing that is shown at all.
    never = {AGED_BY[name]: f"-{100 * HOUR_S}x10"}
    tests = [
        case(kept, (before, alert, []), (after, alert, [severity]), interval="1m"),
        case(gone, (before, alert, []), (after, alert, [severity]), interval="1m"),
        case(
            renewed,
            (minutes(late - 0.5), alert, [severity]),
            (minutes(late + 0.5), alert, []),
            interval="1m",
        ),
        case(never, ("5m", alert, [severity]), interval="1m"),
        case({"up": "1x10"}, ("5m", alert, []), interval="1m"),
    ]

    assert judged(tmp_path, tests, "10m") == ""


def test_a_failed_export_fires_until_one_is_completed(tmp_path: Path) -> None:
    series = {"komek_backup_failed_timestamp_seconds": "0 0 1800000000x5 0x5"}

    assert (
        judged(
            tmp_path,
            [
                case(
                    series,
                    ("5s", "KomekBackupFailed", []),
                    ("20s", "KomekBackupFailed", ["warning"]),
                    ("55s", "KomekBackupFailed", []),
                )
            ],
        )
        == ""
    )


def test_each_subscription_fires_by_itself_and_those_that_are_well_do_not(tmp_path: Path) -> None:
    limits = {
        "letters_left": ("KomekWebhookLetters", 0),
        "failing_seconds": ("KomekWebhookFailing", FAILING_S),
        "behind_seconds": ("KomekWebhookBehind", BEHIND_S),
    }
    tests = []
    for figure, (alert, limit) in limits.items():
        # Of two notifiers one sends; the other shows nothing, or what it last knew.
        series = {
            f'komek_webhook_{figure}{{subscription="gis",instance="n-1"}}': f"{limit}x3 {limit + 1}x6 0x6",
            f'komek_webhook_{figure}{{subscription="gis",instance="n-2"}}': "0x20",
            f'komek_webhook_{figure}{{subscription="map",instance="n-1"}}': f"{limit}x20",
        }
        tests.append(case(series, ("15s", alert, []), ("40s", alert, ["warning"]), ("75s", alert, [])))

    assert judged(tmp_path, tests) == ""


def test_each_worker_whose_index_is_behind_fires_by_itself(tmp_path: Path) -> None:
    series = {
        'komek_live_index_behind_seconds{instance="w-1"}': f"{INDEX_S}x3 {INDEX_S + 1}x6 0x6",
        'komek_live_index_behind_seconds{instance="w-2"}': "0x20",
    }
    alert = "KomekIndexBehind"

    assert judged(tmp_path, [case(series, ("15s", alert, []), ("40s", alert, ["warning"]), ("75s", alert, []))]) == ""


READ = "komek_cap_feed_read_timestamp_seconds"


def test_a_silent_feed_fires_also_when_its_follower_is_gone_and_not_when_it_is_followed_no_longer(
    tmp_path: Path,
) -> None:
    alert, limit_min = "KomekFeedSilent", SILENT_S // 60
    # Time begins at 0 in these tests, so a value of 0 was read at that moment.
    silent = {f'{READ}{{feed="a"}}': "0x240", f'{READ}{{feed="b"}}': "0+60x240"}
    gone = {f'{READ}{{feed="a"}}': "0x2 stale"}
    left = {f'{READ}{{feed="a"}}': "0x2 stale", f'{READ}{{feed="b"}}': "0+60x240"}
    mended = {f'{READ}{{feed="a"}}': f"0x{limit_min + 9} {(limit_min + 10) * 60}+60x100"}
    early, late = f"{limit_min - 1}m", f"{limit_min + 2}m"
    tests = [
        case(silent, (early, alert, []), (late, alert, ["warning"]), interval="1m"),
        case(gone, (early, alert, []), (late, alert, ["warning"]), interval="1m"),
        case(left, (late, alert, []), interval="1m"),
        case(mended, (late, alert, ["warning"]), (f"{limit_min + 15}m", alert, []), interval="1m"),
        case({"up": "1x100"}, (late, alert, []), interval="1m"),
    ]

    assert judged(tmp_path, tests, "1m") == ""


def test_a_feed_of_which_the_api_refuses_something_fires_until_it_takes_all(tmp_path: Path) -> None:
    series = {
        'komek_cap_feed_refused_seconds{feed="a"}': f"{REFUSED_S}x3 {REFUSED_S + 1}x6 0x6",
        'komek_cap_feed_refused_seconds{feed="b"}': "0x20",
    }
    alert = "KomekFeedRefused"

    assert judged(tmp_path, [case(series, ("15s", alert, []), ("40s", alert, ["warning"]), ("75s", alert, []))]) == ""


def test_every_queried_alarm_is_tested_above() -> None:
    assert {alarm.name for alarm in QUERIED} == {
        *AGED, "backup_failed", "webhook_letters", "webhook_failing", "webhook_behind", "feed_silent", "feed_refused",
        "index_behind",
    }  # fmt: skip


def growing(each_minute: int) -> str:
    return f"0+{each_minute}x{HOURS * 60}"


# Events a minute: good, bad.
BUSY_AND_BAD, BUSY_AND_GOOD = (10, 10), (20, 0)


def events(objective: str, good: int, bad: int) -> dict[str, str]:
    total = good + bad
    if objective == "intake":
        return {POSTS % "202": growing(good), POSTS % "503": growing(bad)}
    if objective == "offer":
        return {
            "komek_report_to_offer_seconds_count": growing(total),
            'komek_report_to_offer_seconds_bucket{le="5.0"}': growing(good),
        }
    return {
        'komek_notices_total{channel="sms",outcome="sent"}': growing(good),
        'komek_notices_total{channel="sms",outcome="failed"}': growing(bad),
        'komek_notice_seconds_bucket{channel="sms",le="10.0"}': growing(good),
    }


@pytest.mark.parametrize(
    "objective",
    [one.name if not at else pytest.param(one.name, marks=pytest.mark.soak) for at, one in enumerate(OBJECTIVES)],
)
def test_a_budget_that_is_spent_too_fast_fires_in_all_windows(objective: str, tmp_path: Path) -> None:
    alert = alert_name(f"slo_{objective}")
    tests = [
        case(events(objective, *BUSY_AND_BAD), ("7h", alert, [one.severity for one in BURNS]), interval="1m"),
        case(events(objective, *BUSY_AND_GOOD), ("7h", alert, []), interval="1m"),
    ]

    assert judged(tmp_path, tests, "1m") == ""


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda one: one.name)
def test_two_bad_events_of_a_quiet_night_wake_nobody(objective: Any, tmp_path: Path) -> None:
    # The counters go from 0 to 2, all bad, within the last five minutes.
    quiet = {
        name: "0x260" if "bucket" in name or '"202"' in name or "sent" in name else "0x60 1x2 2x195"
        for name in events(objective.name, 0, 1)
    }

    assert judged(tmp_path, [case(quiet, ("64m", alert_name(slo_page(objective)), []), interval="1m")], "1m") == ""


@pytest.mark.parametrize("objective", [one.name for one in OBJECTIVES])
def test_an_alert_ends_soon_after_its_cause(objective: str, tmp_path: Path) -> None:
    # Bad for an hour, then good: the short window of five minutes ends the fast alert, that of 30 minutes the other.
    mixed = {}
    for name, values in events(objective, *BUSY_AND_BAD).items():
        each = int(values.partition("+")[2].partition("x")[0])
        is_of_bad = "503" in name or "failed" in name
        mixed[name] = f"0+{each}x60 {60 * each}+{0 if is_of_bad else 20}x180"
    alert = alert_name(f"slo_{objective}")
    fast = [one.severity for one in BURNS]

    assert judged(tmp_path, [case(mixed, ("60m", alert, fast), ("2h", alert, ["warning"]), interval="1m")], "1m") == ""


def test_a_wrong_rule_is_noticed(tmp_path: Path) -> None:
    wrong = case({'komek_alarm{name="undecided"}': "1x10"}, ("30s", "KomekUndecided", []))

    assert "FAILED" in judged(tmp_path, [wrong])
