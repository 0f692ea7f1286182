"""The figures beside the data stay above their floors. `.ci/report_vectors.py` computes them anew, which takes minutes."""

import pytest

from tests.dispatch.assistant.vector_figures import auc, calibration_error, written

FLOORS = {
    "types: label among three": 0.94,
    "types: first is the label": 0.80,
    "types: none is sure where nothing is reported": 0.95,
    "duplicates across languages: AUC, anywhere": 0.98,
    "duplicates across languages: AUC, as in one town": 0.88,
    "duplicates across languages: AUC, as in one town, by words": 0.86,
}


@pytest.mark.parametrize("name", FLOORS)
def test_what_was_reached_is_not_lost(name: str) -> None:
    figures = {one.name: one for one in written()}

    assert figures[name].value >= FLOORS[name]
    assert figures[name].low <= figures[name].value <= figures[name].high


def test_the_area_counts_pairs_in_the_right_order() -> None:
    assert auc([(0.9, True, 1.0), (0.1, False, 1.0)]) == 1.0
    assert auc([(0.1, True, 1.0), (0.9, False, 1.0)]) == 0.0
    assert auc([(0.5, True, 1.0), (0.5, False, 1.0)]) == 0.5
    assert auc([(0.9, True, 1.0), (0.5, False, 3.0), (0.95, False, 1.0)]) == 0.75


def test_what_is_said_as_often_as_it_is_so_has_no_error() -> None:
    assert calibration_error([(0.75, True, 3.0), (0.75, False, 1.0)]) == pytest.approx(0.0)
    assert calibration_error([(0.95, False, 1.0)]) == pytest.approx(0.95)
    assert calibration_error([]) == 0.0
