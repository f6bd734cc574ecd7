"""What a broken page leaves in a row, and what whole rows may hold."""

import pytest

from scrapers.damage import holds_another_page
from scrapers.select import tree


@pytest.mark.parametrize(
    ("inside", "holds"),
    [
        ("Delivered", False),
        ("Delivered <b>at 9</b><!-- 12 ms -->", False),
        ('<a href="/go?a=1&amp;b=2" title="a &lt; b">Delivered</a>', False),
        ("<svg><title>Van</title></svg>Delivered", False),
        ("<header>Delivered</header>", False),
        ("\ufffd of a word", False),
        ("Delivered<script>1</script>", True),
        ("<title>Track</title>Delivered", True),
        ("<meta charset=utf-8>Delivered", True),
        ("<main>Delivered</main>", True),
        ('<a class="x<b>Delivered</b>">A</a>', True),
        ("<s\ufffd>Delivered", True),
        ("<!--s\ufffd-->Delivered", True),
    ],
)
def test_a_row_holds_parts_of_a_page_or_broken_tags(inside, holds):
    row = tree(f"<ul><li>{inside}</li></ul>").css_first("li")
    assert row is not None
    assert holds_another_page(row) is holds


def test_a_broken_tag_is_seen_in_the_tag_of_the_row_itself():
    row = tree('<ul><li class="a<p>x</p>">A</li></ul>').css_first("li")
    assert row is not None
    assert holds_another_page(row)
