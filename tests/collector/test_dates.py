"""Texts here are written for these tests, in the shapes the portals print; none is copied from a page."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from collector.read.date_forms import _iso, _taken_apart
from collector.read.dates import Printed, read_times
from collector.read.months import _names, fold

SEEN = datetime(2026, 11, 21, 12, tzinfo=UTC)
WALL_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2026, 11, 20))  # noqa: DTZ001  wall clocks have no zone


def wall(*numbers: int) -> datetime:
    return datetime(*numbers)  # noqa: DTZ001


def one(text: str | None, **facts: object) -> Printed:
    return read_times([text], **{"order": None, "seen_at": SEEN} | facts)[0]


def days(texts: list[str], **facts: object) -> list[str | None]:
    rows = read_times(texts, **{"order": None, "seen_at": SEEN} | facts)
    return [row.local_time and row.local_time.date().isoformat() for row in rows]


AFTERNOON = wall(2024, 3, 16, 13, 55)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-16 13:55",
        "2024-03-16T13:55",
        "2024/03/16 13:55",
        "2024.03.16 13:55",
        "2024-3-16 13:55",
        "16/03/2024 13:55",
        "03/16/2024 1:55 PM",
        "16.03.2024, 13:55",
        "16-03-2024 13:55",
        "20240316 13:55",
        "March 16, 2024, 1:55 pm",
        "MARCH 16, 2024 1:55 PM",
        "Mar. 16, 2024 1:55 P.M.",
        "Mar 16, 2024, 1:55\u202fPM",
        "Sat 16 Mar 2024 13:55",
        "Saturday, March 16, 2024 at 1:55 pm",
        "Saturday3/16/2024 at 1:55 pm",
        "16-Mar-2024 13:55",
        "2024-Mar-16 13:55",
        "16th of March 2024 13:55",
        "13:55 16 March 2024",
        "16 mars 2024 à 13h55",
        "samedi 16 mars 2024, 13 h 55",
        "16 de marzo de 2024, 13:55",
        "sáb, 16 mar 2024 1:55 p. m.",
        "16 de março de 2024 às 13h55",
        "sábado, 16 de mar. de 2024, 13:55",
        "Samstag, 16. März 2024 13:55 Uhr",
        "Sa, 16.03.2024 um 13.55 Uhr",
        "sabato 16 marzo 2024 alle ore 13:55",
        "zaterdag 16 maart 2024 om 13:55 uur",
        "sobota, 16 marca 2024 r., godz. 13:55",
        "16 марта 2024 г., 13:55",
        "сб, 16 мар 2024 в 13:55",
        "2024 年 03 月 16 日 1:55 下午",
        "2024年03月16日 13:55",
        "2024年3月16日星期六 下午1:55",
        "2024年3月16日(土) 午後1時55分",
        "2024년 3월 16일 13:55",
        "2024년 3월 16일 토요일 13:55",
        "토 | 2024년 3월 16일 13:55",
        "Sat | Mar. 16, 2024 13:55",
        "יום שבת, 16 במרץ 2024 בשעה 13:55",
        "２０２４年０３月１６日　１３：５５",
        "16\u00a0Mar\u00a02024 13:55",
        "2024-03-16 13:55 (local time)",
        "2024-03-16 13:55 EST",
        "16MAR2024 13:55",
        "20240316T1355",
        "16‑03‑2024 13:55",
        "Sat Mar 16 13:55 2024",
        "٢٠٢٤-٠٣-١٦ 13:55",
        "2024. 3. 16. 오후 1:55",
        "16 mars 2024 kl. 13:55",
        "16. března 2024 13:55",
        "2024. március 16. 13:55",
        "16 martie 2024 13:55",
        "16 Mart 2024 13:55",
        "16 березня 2024 13:55",
        "16 Μαρτίου 2024 13:55",
        "16. maaliskuuta 2024 klo 13.55",
    ],
)
def test_a_printed_minute_is_read(text):
    found = one(text)
    assert (found.local_time, found.precision, found.problem) == (AFTERNOON, "minute", None)
    assert found.offset_minutes is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-16 12:05 am", wall(2024, 3, 16, 0, 5)),
        ("2024-03-16 12:05 pm", wall(2024, 3, 16, 12, 5)),
        ("2024-03-16 12:00 AM", wall(2024, 3, 16)),
        ("2024年3月16日 午後0時30分", wall(2024, 3, 16, 12, 30)),
        ("2024-03-16 上午 3:40", wall(2024, 3, 16, 3, 40)),
        ("2024-03-16 24:00", wall(2024, 3, 17)),
        ("2024-12-31 24:00:00", wall(2025, 1, 1)),
    ],
)
def test_clocks_of_twelve_hours_and_midnights(text, expected):
    assert one(text).local_time == expected


@pytest.mark.parametrize(
    ("text", "expected", "precision"),
    [
        ("2024-03-16 13:55:07", wall(2024, 3, 16, 13, 55, 7), "second"),
        ("2024-03-16T13:55:07.442", wall(2024, 3, 16, 13, 55, 7, 442_000), "second"),
        ("2024-03-16 13:55:07.3430419", wall(2024, 3, 16, 13, 55, 7, 343_041), "second"),
        ("20240316135507", wall(2024, 3, 16, 13, 55, 7), "second"),
        ("16 mars 2024 14h", wall(2024, 3, 16, 14), "hour"),
        ("March 16, 2024, 2 pm", wall(2024, 3, 16, 14), "hour"),
        ("16. März 2024, 14 Uhr", wall(2024, 3, 16, 14), "hour"),
        ("March 16, 2024", wall(2024, 3, 16), "day"),
        ("20240316", wall(2024, 3, 16), "day"),
        ("24 nov, 2023", wall(2023, 11, 24), "day"),
        ("1er mars 2024", wall(2024, 3, 1), "day"),
    ],
)
def test_precision_is_that_of_the_print(text, expected, precision):
    assert (one(text).local_time, one(text).precision) == (expected, precision)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2024-03-16T13:55:00Z", 0),
        ("2024-03-16T13:55:00+08:00", 480),
        ("2024-03-16T13:55:00.500+0100", 60),
        ("2024-03-16T13:55-03:00", -180),
        ("2024-03-16 13:55 -0330", -210),
        ("2024-03-16 13:55 GMT+8", 480),
        ("2024-03-16 13:55:00 [GMT-04]", -240),
        ("March 16, 2024 1:55 pm UTC", 0),
        ("2024-03-16T13:55:07+01:00[Europe/Paris]", 60),
        ("2024-03-16 13:55:07 +0100 CET", 60),
        ("Sat Mar 16 2024 13:55:07 GMT+0100 (Central European Standard Time)", 60),
        ("2024-03-16 13:55 Beijing time", 480),
    ],
)
def test_an_offset_printed_in_the_text_is_kept_apart_from_the_clock(text, minutes):
    found = one(text)
    assert found.local_time is not None
    assert found.local_time.replace(second=0, microsecond=0) == AFTERNOON
    assert found.offset_minutes == minutes


@pytest.mark.parametrize(
    "text", ["26-11-2024, 13:28-14:28", "2024-11-26 10:00-11:00", "2024-11-26 10:00 - 11:00"]
)
def test_a_span_of_time_is_not_a_time_with_an_offset(text):
    assert one(text).local_time is None


@pytest.mark.parametrize("digits", ["1790000000", "1790000000000", " 1790000000123 "])
def test_a_count_of_seconds_near_the_visit_is_an_instant(digits):
    assert one(digits) == Printed(datetime(2026, 9, 21, 14, 13, 20), "second", 0, None)  # noqa: DTZ001


@pytest.mark.parametrize("text", [None, "", "  ", "-", "N/A", "00/00/0000 00:00", "0000-00-00T00:00:00"])
def test_nothing_printed_is_no_date_given(text):
    assert one(text) == Printed(None, None, None, "no date given")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1700000000", "not a date"),
        ("1700000000000", "not a date"),
        ("Delivered", "not a date"),
        ("13:55", "not a date"),
        ("16 Brumaire 2024", "not a date"),
        ("2024-03-16 13:55 Madrid", "not a date"),
        ("31/02/2024 10:00", "no such date"),
        ("31/02/24", "no such date"),
        ("2024-02-31", "no such date"),
        ("Feb 30, 2024", "no such date"),
        ("30. Feb. 10:00", "no such date"),
        ("29/02/2023", "no such date"),
        ("0001-01-01T00:00:00", "no such date"),
        ("99999999", "no such date"),
        ("2024-03-16 25:00", "no such time"),
        ("2024-03-16 24:01", "no such time"),
        ("2024-03-16 13:61", "no such time"),
        ("2024-03-16 13:55:60", "no such time"),
        ("2024-03-16 13:55 am", "no such time"),
        ("9" * 201, "longer than 200"),
        ("\ufdfa" * 150, "longer than 200"),
    ],
)
def test_the_impossible_is_a_problem_and_never_another_date(text, problem):
    found = one(text)
    assert (found.local_time, found.precision) == (None, None)
    assert problem in (found.problem or "")


def test_a_lone_ambiguous_date_is_left_open():
    assert one("03/04/2024").problem == "day and month cannot be told apart: 03/04/2024"
    assert one("11/10/12").problem == "day, month and year cannot be told apart: 11/10/12"


def test_a_two_digit_year_that_makes_a_row_fresh_is_believed_before_one_that_makes_it_years_old():
    assert days(["21/11/26", "26.11.20"]) == ["2026-11-21", "2026-11-20"]
    assert days(["16.03.26 13:55"]) == ["2026-03-16"]


def test_a_day_and_month_alike_leave_nothing_open():
    assert days(["03/03/2024"]) == ["2024-03-03"]


def test_a_declared_order_settles_the_numbers():
    assert days(["03/04/2024"], order="dmy") == ["2024-04-03"]
    assert days(["03/04/2024"], order="mdy") == ["2024-03-04"]
    assert days(["21/11/26"], order="dmy") == ["2026-11-21"]
    assert days(["21/11/26"], order="ymd") == ["2021-11-26"]
    assert days(["5/6/26 2:11 AM"], order="mdy") == ["2026-05-06"]


def test_a_declared_order_the_calendar_refutes_gives_way():
    assert days(["03/16/2024", "03/04/2024"], order="dmy") == ["2024-03-16", "2024-03-04"]


def test_a_value_above_twelve_in_one_row_settles_the_others():
    assert days(["05/03/2024", "16/02/2024"]) == ["2024-03-05", "2024-02-16"]
    assert days(["05/03/2024", "02/16/2024"]) == ["2024-05-03", "2024-02-16"]


def test_rows_that_contradict_each_other_settle_nothing():
    assert days(["05/03/2024", "16/02/2024", "02/16/2024"]) == [None, "2024-02-16", "2024-02-16"]


def test_a_reading_after_the_page_was_seen_is_refuted():
    seen = datetime(2024, 6, 10, tzinfo=UTC)
    assert days(["05/08/2024"], seen_at=seen) == ["2024-05-08"]
    assert days(["05/06/2024", "05/08/2024"], seen_at=seen) == ["2024-05-06", "2024-05-08"]


def test_a_wall_clock_may_lead_utc():
    seen = datetime(2024, 5, 3, 20, tzinfo=UTC)
    assert days(["04/05/2024", "13/04/2024"], seen_at=seen) == ["2024-05-04", "2024-04-13"]


def test_a_printed_weekday_settles_the_numbers():
    assert days(["Mi, 21.02.18 08:18"], languages=("de",)) == ["2018-02-21"]
    assert days(["Tue 05/03/2024"]) == ["2024-03-05"]


def test_row_order_settles_the_numbers():
    texts = ["02/05/2024", "01/05/2024", "12/04/2024", "11/04/2024"]
    assert days(texts, newest_first=True) == ["2024-05-02", "2024-05-01", "2024-04-12", "2024-04-11"]
    assert days(texts) == ["2024-05-02", "2024-05-01", "2024-04-12", "2024-04-11"]


def test_rows_of_another_form_take_part_in_the_row_order():
    assert days(["2024-03-10", "05/03/2024", "2024-02-20"], newest_first=True)[1] == "2024-03-05"


def test_a_year_that_is_not_printed_is_the_latest_that_fits():
    assert days(["Nov 20 13:55", "Nov 19", "16.03. 13:55", "Dec 24, 11:59 EST"]) == [
        "2026-11-20",
        "2026-11-19",
        "2026-03-16",
        "2025-12-24",
    ]


def test_a_list_that_runs_over_new_year_gets_two_years():
    texts = ["Jan. 5 10:00", "Jan. 2 09:00", "Dec. 28 22:00", "Dec. 20 08:00"]
    expected = ["2027-01-05", "2027-01-02", "2026-12-28", "2026-12-20"]
    for seen in (datetime(2027, 1, 6, tzinfo=UTC), datetime(2027, 12, 30, tzinfo=UTC)):
        assert days(texts, seen_at=seen, newest_first=True) == expected
        assert days(texts[::-1], seen_at=seen, newest_first=False) == expected[::-1]
        assert days(texts, seen_at=seen) == expected
        assert days(texts[::-1], seen_at=seen) == expected[::-1]


def test_a_pinned_row_does_not_move_the_others_a_year():
    assert days(["Mar 1", "Mar 20", "Mar 18"], newest_first=True) == [
        "2026-03-01",
        "2026-03-20",
        "2026-03-18",
    ]


def test_a_weekday_chooses_the_year():
    assert days(["Mon | Apr. 21 17:05"]) == ["2025-04-21"]
    assert days(["Tue | Apr. 21 17:05"]) == ["2026-04-21"]


def test_the_leap_day_without_a_year_is_the_last_there_was():
    assert days(["Feb 29"]) == ["2024-02-29"]


def test_a_year_is_chosen_from_utc_whatever_the_zone_of_seen_at():
    seen = datetime.fromisoformat("2027-01-01T05:00:00+08:00")
    assert days(["Dec 31 21:00"], seen_at=seen) == ["2026-12-31"]


def test_a_naive_seen_at_is_refused():
    with pytest.raises(ValueError, match="no zone"):
        read_times([], order=None, seen_at=wall(2026, 1, 1))


def test_a_month_name_means_the_same_month_in_every_language():
    meanings: dict[str, set[int]] = {}
    for months in _names()["months"].values():
        assert len(months) == 12
        for number, names in enumerate(months):
            for name in names.split():
                meanings.setdefault(fold(name), set()).add(number)
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


FORMS = {
    "%Y-%m-%dT%H:%M:%S": "second",
    "%Y-%m-%d %H:%M": "minute",
    "%Y/%m/%d %H:%M:%S": "second",
    "%Y.%m.%d %H:%M": "minute",
    "%d.%m.%Y, %H:%M": "minute",
    "%d %b %Y %H:%M": "minute",
    "%B %d, %Y, %I:%M %p": "minute",
    "%b %d, %Y %I:%M:%S%p": "second",
    "%A, %d. %B %Y %H:%M Uhr": "minute",
    "%Y年%m月%d日 %H:%M": "minute",
    "%Y 年 %m 月 %d 日": "day",
    "%a %d %B %Y": "day",
    "%d-%b-%y %H.%M": "minute",
    "%Y%m%d %H%M%S": "second",
}


def as_printed(moment: datetime, precision: str) -> datetime:
    whole = moment.replace(microsecond=0)
    if precision == "second":
        return whole
    return whole.replace(second=0) if precision == "minute" else whole.replace(hour=0, minute=0, second=0)


@given(WALL_TIMES, st.sampled_from(sorted(FORMS)))
def test_any_time_reads_back_from_every_form(moment, form):
    found = one(moment.strftime(form))
    assert (found.local_time, found.precision) == (as_printed(moment, FORMS[form]), FORMS[form])


@given(WALL_TIMES, st.sampled_from(["dmy", "mdy"]), st.sampled_from("/-"), st.sampled_from(["%Y", "%y"]))
def test_any_time_reads_back_in_a_declared_order(moment, order, separator, year):
    day, month = ("%d", "%m") if order == "dmy" else ("%m", "%d")
    text = moment.strftime(f"{separator.join((day, month, year))} %H:%M:%S")
    assert one(text, order=order).local_time == moment.replace(microsecond=0)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=8), st.booleans())
def test_rows_of_one_year_without_years_read_back_in_page_order(ages, newest_first):
    """Steps between neighbours stay under ten months, or no reader could count the years."""
    moments = [SEEN.replace(tzinfo=None) - timedelta(days=age) for age in sorted(ages)]
    gaps = [SEEN.replace(tzinfo=None) - moments[0], *(a - b for a, b in pairwise(moments))]
    assume(all(gap < timedelta(days=300) for gap in gaps))
    ordered = moments if newest_first else moments[::-1]
    texts = [moment.strftime("%b %d %H:%M") for moment in ordered]
    assert [
        r.local_time for r in read_times(texts, order=None, seen_at=SEEN, newest_first=newest_first)
    ] == ordered


@given(st.lists(st.text(max_size=40), max_size=6), WALL_TIMES)
def test_an_unambiguous_form_is_read_alike_beside_any_rows(others, moment):
    text = moment.strftime("%d %B %Y %H:%M")
    assert read_times([*others, text], order=None, seen_at=SEEN)[-1] == one(text)


PIECES = [
    "12",
    "31",
    "2024",
    "99",
    "/",
    "-",
    ".",
    ":",
    " ",
    "T",
    "Z",
    "+08:00",
    "GMT+8",
    "pm",
    "a.m.",
    "mar",
    "März",
]
PIECES += [
    "de",
    "年",
    "月",
    "日",
    "下午",
    "Uhr",
    "h",
    "(",
    ")",
    "[",
    "24:00",
    "Sat",
    "יום",
    ",",
    "|",
    "'",
    "\u00a0",
]


@given(
    st.lists(st.text() | st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.none(), max_size=6),
    st.sampled_from([None, "ymd", "dmy", "mdy"]),
    st.sampled_from([None, True, False]),
)
def test_no_text_ever_raises(texts, order, newest_first):
    rows = read_times(texts, order=order, seen_at=SEEN, newest_first=newest_first)
    assert len(rows) == len(texts)
    for row in rows:
        assert (row.local_time is None) == (row.problem is not None) == (row.precision is None)


@pytest.mark.parametrize(
    "piece", [" ", ".", "1", "1 ", "a", "a ", ", ", "1:", "年", "-1", "[", "am", "de ", "0", "星", "1."]
)
def test_hostile_texts_are_refused_quickly(piece):
    texts = [(piece * 200)[:length] + tail for length in (190, 199) for tail in ("", "!")] * 10
    began = time.perf_counter()
    read_times(texts, order=None, seen_at=SEEN)
    assert time.perf_counter() - began < 2


@given(
    st.from_regex(
        r"(19|20|21)[0-9]{2}-[013][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-5][0-9]"
        r"(:[0-6][0-9](Z|[+-]1?[0-9]{1,2}:[0-9]{2})?)?",
        fullmatch=True,
        alphabet=st.characters(codec="ascii"),
    )
)
def test_the_short_way_to_read_iso_texts_reads_what_the_long_way_does(text):
    found = _iso(text)
    assert found is None or found == _taken_apart(text, ())


@given(st.lists(WALL_TIMES, min_size=1, max_size=5))
def test_a_row_that_says_all_of_its_time_says_the_same_beside_rows_that_do_not(moments):
    texts = [f"{moment:%d %B %Y, %H:%M}" for moment in moments]
    assert read_times([*texts, "5 January"], order=None, seen_at=SEEN)[:-1] == read_times(
        texts, order=None, seen_at=SEEN
    )
