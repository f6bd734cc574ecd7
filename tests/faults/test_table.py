"""The table in docs/reliability.md says what the marked tests say."""

from tests.faults.__main__ import unproven
from tests.faults.table import LAYERS, PAGE, faults, table, with_table


def test_the_page_has_the_table_that_the_marks_give():
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page, table(faults())), "run `make faults`"


def test_there_are_faults_of_every_layer_and_enough_of_them():
    found = faults()
    assert {one.layer for one in found} == set(LAYERS)
    assert len({one.happens for one in found}) == len(found) >= 40


def test_the_page_names_every_exit_status():
    from collector.errors import ExitStatus

    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| {int(status)} |" in page for status in ExitStatus)


def test_a_fault_whose_test_was_skipped_or_failed_is_not_proven():
    first, second, *_ = faults()
    seen = {one.test: {"passed"} for one in faults()}
    assert unproven([first, second], seen) == []
    assert unproven([first], seen | {first.test: {"skipped"}}) == [first.test]
    assert unproven([first], seen | {first.test: {"passed", "failed"}}) == [first.test]
