from dispatch.model.counted import counted


def test_one_is_no_plural() -> None:
    assert [counted(count, "record") for count in (0, 1, 2, 1204)] == [
        "0 records",
        "1 record",
        "2 records",
        "1,204 records",
    ]


def test_words_that_have_another_plural_state_it() -> None:
    assert [counted(count, "entry", "entries") for count in (1, 3)] == ["1 entry", "3 entries"]
