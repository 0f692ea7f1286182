"""Long tests, as a pytest plugin: those marked `soak` run by `make soak` and not by `make test`.

`SOAK` lists each with the test of `make test` that stands for the same rule. A test that is marked and not listed is refused when
it is collected, so nothing can leave `make test` in silence. How long they run: `SEEDS` and `MINUTES` of the environment.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

SOAK: dict[str, str] = {
    "tests/scenarios/test_shadow.py::test_the_shadow_asks_nobody_and_a_replay_finds_the_same": (
        "tests/streams/worker/test_shadow.py::TestService::test_what_differs_is_written_with_sums_at_the_end"
    ),
    "tests/scenarios/test_bad_texts.py::test_the_same_text_ten_thousand_times_leaves_nothing_behind": (
        "tests/scenarios/test_bad_texts.py::test_the_same_text_again_and_again_leaves_nothing_behind"
    ),
    "tests/simulation/test_long_simulation.py::test_whatever_fails_nothing_is_lost_and_nobody_booked_twice": (
        "tests/simulation/test_simulation.py::test_whatever_fails_nothing_is_lost_and_nobody_booked_twice"
    ),
    "tests/simulation/test_long_simulation.py::test_a_rule_that_is_left_out_is_noticed_whatever_the_seed": (
        "tests/simulation/test_simulation.py::test_a_rule_that_is_left_out_is_noticed"
    ),
    "tests/scenarios/test_crashes.py::test_one_decision_and_nobody_twice": (
        "tests/scenarios/test_crashes.py::test_one_decision_and_nobody_twice"
    ),
    "tests/scenarios/test_changes_of_jobs.py::test_who_does_not_confirm_is_reminded_and_then_shown_to_the_operator": (
        "tests/dispatch/safety/test_confirmations.py::test_the_timer_becomes_the_command_and_comes_back_with_the_state"
    ),
    "tests/scenarios/test_wall_clocks.py::test_a_clock_that_jumps_changes_no_offer": (
        "tests/scenarios/test_wall_clocks.py::test_a_clock_that_jumps_changes_no_offer"
    ),
    "tests/web/test_console.py::test_the_main_states_are_accessible": (
        "tests/web/test_console.py::test_the_main_states_are_accessible"
    ),
    "tests/web/test_volunteer.py::test_a_person_is_asked_goes_learns_of_a_change_and_ends_the_work": (
        "tests/web/test_volunteer.py::test_a_person_is_asked_goes_learns_of_a_change_and_ends_the_work"
    ),
    "tests/web/test_layouts.py::test_the_console_fits_and_is_worked_by_keys": (
        "tests/web/test_layouts.py::test_the_console_fits_and_is_worked_by_keys"
    ),
    "tests/web/test_bad_network.py::test_random_cuts_lose_and_double_nothing_in_two_tabs_with_a_slow_clock": (
        "tests/web/test_bad_network.py::test_random_cuts_lose_and_double_nothing_in_two_tabs_with_a_slow_clock"
    ),
    "tests/scenarios/test_deployment.py::test_a_report_reaches_people_and_nothing_is_lost_with_a_broker_and_a_redis": (
        "tests/streams/codegen/test_compose_file.py::test_its_settings_load"
    ),
    "tests/scenarios/test_drills.py::test_every_page_is_drilled": (
        "tests/test_runbook.py::test_each_alarm_has_its_page_and_each_page_its_alarm"
    ),
    "tests/scenarios/test_drills.py::test_the_alarm_comes_its_page_helps_and_it_ends_with_its_cause": (
        "tests/scenarios/test_alarms.py::test_a_requirement_at_the_end_of_its_ladder_alarms_until_the_operator_has_seen_it"
    ),
    "tests/scenarios/test_kafka_refusals.py::test_a_right_that_is_taken_alarms_and_its_page_gives_it_back": (
        "tests/scenarios/test_kafka_refusals.py::test_a_component_without_one_of_its_rights_does_not_start"
    ),
    "tests/scenarios/test_traces.py::test_one_trace_leads_from_the_report_to_the_answer": (
        "tests/streams/tracing/test_spans.py::test_one_incident_is_one_tree"
    ),
    "tests/scenarios/test_dashboards.py::test_every_panel_shows_something_on_a_stack_that_works": (
        "tests/streams/codegen/test_dashboards.py::test_a_query_names_what_exists"
    ),
    "tests/web/test_layouts.py::test_the_phone_fits_and_is_worked_by_finger_and_keys": (
        "tests/web/test_layouts.py::test_the_phone_fits_and_is_worked_by_finger_and_keys"
    ),
    "tests/traps/test_faust.py::test_an_exception_in_an_ordinary_agent_acks_the_event": (
        "tests/traps/test_faust.py::test_safe_an_exception_ends_the_process_and_the_event_comes_again"
    ),
    "tests/traps/test_faust.py::test_two_at_once_commit_past_work_that_is_not_done": (
        "tests/traps/test_faust.py::test_safe_nothing_is_committed_before_what_stands_before_it_is_done"
    ),
    "tests/traps/test_faust.py::test_an_exception_before_the_own_ack_is_jumped_over": (
        "tests/traps/test_faust.py::test_safe_an_exception_ends_the_process_and_the_event_comes_again"
    ),
    "tests/traps/test_faust.py::test_without_waiting_for_empty_streams_a_stop_loses_the_event_in_progress": (
        "tests/traps/test_faust.py::test_safe_a_stop_leaves_the_event_in_progress_to_the_next_worker"
    ),
    "tests/traps/test_faust.py::test_what_does_not_decode_is_acked_with_its_neighbours": (
        "tests/traps/test_faust.py::test_safe_what_does_not_decode_is_a_dead_letter_and_nothing_else_is_touched"
    ),
    "tests/traps/test_clients.py::test_one_await_on_a_send_of_faust_hides_that_it_failed": (
        "tests/traps/test_clients.py::test_flush_hides_that_a_send_failed_and_the_future_tells"
    ),
    "tests/traps/test_clients.py::test_an_idempotent_producer_of_kafka_python_never_works_again_after_a_batch_expired": (
        "tests/traps/test_clients.py::test_safe_the_producer_of_the_intake_works_again_at_once"
    ),
    "tests/streams/local/test_kafka_node.py::test_three_nodes_make_one_cluster": (
        "tests/streams/local/test_kafka_node.py::test_a_cluster_keeps_as_many_copies_as_it_can"
    ),
    "tests/streams/local/test_kafka_node.py::test_the_log_survives_a_crash_and_a_start_on_other_ports": (
        "tests/streams/local/test_up.py::TestARunningStack::test_a_killed_part_runs_again"
    ),
    "tests/streams/local/test_up.py::test_what_a_killed_supervisor_left_is_no_hindrance_and_ctrl_c_ends_the_next": (
        "tests/streams/local/test_up.py::TestARunningStack::test_a_killed_part_runs_again"
    ),
    "tests/scenarios/test_similar_reports.py::test_each_of_two_assistants_knows_what_the_other_one_read": (
        "tests/scenarios/test_similar_reports.py::test_an_earlier_report_is_found_after_a_restart_until_it_ends"
    ),
    "tests/scenarios/test_life_of_processes.py::test_a_rolling_restart_under_load_loses_nothing_and_delays_little": (
        "tests/scenarios/test_life_of_processes.py::test_reports_are_taken_in_while_redis_and_the_workers_are_away"
    ),
    "tests/installation/test_nothing_is_resolved.py::test_newer_releases_with_extras_change_nothing": (
        "tests/installation/test_nothing_is_resolved.py::test_newer_releases_with_extras_change_nothing"
    ),
    "tests/installation/test_nothing_is_resolved.py::test_another_file_of_a_pinned_version_is_refused": (
        "tests/installation/test_nothing_is_resolved.py::test_another_file_of_a_pinned_version_is_refused"
    ),
    "tests/streams/cli/test_watch_in_a_terminal.py::test_watch_draws_and_leaves_the_terminal_as_it_was": (
        "tests/streams/cli/test_watch_in_a_terminal.py::test_watch_draws_and_leaves_the_terminal_as_it_was"
    ),
    "tests/harness/test_failures.py::test_a_failure_with_a_lone_surrogate_is_reported_like_any_other": (
        "tests/harness/test_failures.py::test_a_failure_with_a_lone_surrogate_is_reported_like_any_other"
    ),
    "tests/scenarios/test_standstill.py::test_a_stuck_worker_is_ended_and_started_again": (
        "tests/streams/monitoring/test_commit_stall.py::test_work_that_is_not_committed_for_longer_than_the_limit_ends_the_worker"
    ),
    "tests/scenarios/test_alarms.py::test_a_report_that_no_worker_decides_is_named_and_stops_alarming_when_it_is_decided": (
        "tests/scenarios/test_alarms.py::test_a_stack_on_which_nothing_is_wrong_has_no_alarms"
    ),
    "tests/scenarios/test_alarms.py::test_an_unreadable_command_alarms_until_somebody_dismisses_it": (
        "tests/scenarios/test_alarms.py::test_a_stack_on_which_nothing_is_wrong_has_no_alarms"
    ),
    "tests/scenarios/test_life_of_processes.py::test_a_worker_that_cannot_decide_ends_all_the_same_and_leaves_its_commands": (
        "tests/scenarios/test_life_of_processes.py::test_reports_are_taken_in_while_redis_and_the_workers_are_away"
    ),
    "tests/streams/backup/test_on_kafka.py::test_killed_on_the_way_both_go_on_where_they_were": (
        "tests/streams/backup/test_on_kafka.py::test_every_record_has_its_time_and_place_again_and_each_command_one_decision"
    ),
    "tests/streams/backup/test_refusals.py::test_the_commands_carry_a_deployment_with_its_keys": (
        "tests/streams/backup/test_on_kafka.py::test_every_record_has_its_time_and_place_again_and_each_command_one_decision"
    ),
    "tests/web/test_message_queue.py::test_the_list_fits_and_is_worked_by_keys_in_every_language": (
        "tests/web/test_message_queue.py::test_the_list_fits_and_is_worked_by_keys_in_every_language"
    ),
    "tests/web/test_message_queue.py::test_the_other_desks_see_who_chooses_a_reply_and_which_one_was_sent": (
        "tests/web/test_message_queue.py::test_the_other_desks_see_who_chooses_a_reply_and_which_one_was_sent"
    ),
    "tests/web/test_message_queue.py::test_a_flood_and_what_was_discarded_fit_and_are_read_by_keys_in_every_language": (
        "tests/web/test_message_queue.py::test_the_list_fits_and_is_worked_by_keys_in_every_language"
    ),
    "tests/web/test_hints_on_phones.py::test_the_other_report_is_chosen_by_what_may_be_known_of_it": (
        "tests/web/test_hints_on_phones.py::test_the_other_report_is_chosen_by_what_may_be_known_of_it"
    ),
    "tests/web/test_handover.py::test_the_page_of_the_shift_fits_in_every_language": (
        "tests/web/test_handover.py::test_the_page_of_the_shift_fits_in_every_language"
    ),
    "tests/web/test_looking_back.py::test_the_pages_are_accessible_and_fit": (
        "tests/web/test_looking_back.py::test_the_pages_are_accessible_and_fit"
    ),
    "tests/streams/codegen/test_alert_rules.py::test_a_budget_that_is_spent_too_fast_fires_in_all_windows": (
        "tests/streams/codegen/test_alert_rules.py::test_a_budget_that_is_spent_too_fast_fires_in_all_windows"
    ),
    "tests/scenarios/test_cap_follower.py::test_a_local_stack_follows_its_feeds_and_a_killed_follower_does_nothing_twice": (
        "tests/scenarios/test_cap_import.py::test_a_feed_is_followed_though_its_follower_is_killed"
    ),
    "tests/scenarios/test_python_client.py::test_trouble_is_repeated_with_the_same_key_until_an_answer_counts": (
        "tests/scenarios/test_python_client.py::test_the_example_reports_follows_to_the_assignment_and_says_why"
    ),
    "tests/scenarios/test_live_index.py::test_the_index_offers_the_work_before_and_after_redis_was_killed": (
        "tests/streams/live_index/test_follower.py::test_what_happened_while_the_connection_was_away_is_known_afterwards"
    ),
}
"""Without parameters. A test that stands for itself is marked for some of them only."""
DEFAULT_SEEDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much a soak run plays: so many seeds in each test, or as many as fit into its share of the minutes."""

    seeds: int = DEFAULT_SEEDS
    minutes: float | None = None
    tests: int = 1
    """Among which the minutes are parted."""

    def play(self, first: int) -> Iterator[int]:
        """Seeds from `first` on; at least one."""
        ends_at = None if self.minutes is None else time.monotonic() + self.minutes * 60 / self.tests
        seed = first
        while True:
            yield seed
            seed += 1
            if ends_at is None and seed >= first + self.seeds:
                return
            if ends_at is not None and time.monotonic() > ends_at:
                return


def name_of(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    unlisted = {name_of(item) for item in items if item.get_closest_marker("soak")} - SOAK.keys()
    if unlisted:
        raise pytest.UsageError(f"marked soak and not listed in tests/support/soak.py: {', '.join(sorted(unlisted))}")


@pytest.fixture
def budget(request: pytest.FixtureRequest) -> Budget:
    """MINUTES are parted among the tests of the run that ask for it."""
    sharers = sum("budget" in getattr(item, "fixturenames", ()) for item in request.session.items)
    minutes = os.environ.get("MINUTES") or None
    return Budget(
        seeds=int(os.environ.get("SEEDS") or DEFAULT_SEEDS),
        minutes=float(minutes) if minutes else None,
        tests=max(1, sharers),
    )
