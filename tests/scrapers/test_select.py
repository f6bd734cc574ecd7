"""The helpers over selectolax: texts of elements, and whether a page is whole."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers.select import collapse, is_whole, texts_of, tree, without_tags

WHITE = st.sampled_from(
    [*" \t\n\x0b\x1c\x00\x7f\x85\u00a0\u200b\u2003\u2028\ufeff", "a", "\u00e9", "\u00ad", "\ud800"]
)


def test_texts_are_those_of_every_match_in_page_order():
    root = tree("<table><tr><td> A \n b</td><td></td><td><b>C</b></td></tr></table>")
    assert texts_of(root, "td") == ["A b", None, "C"]
    assert texts_of(root, "li") == []


@given(st.lists(WHITE | st.characters(), max_size=9).map("".join))
@example(" a \u200b b\ud83d ")
def test_white_space_and_control_characters_become_single_spaces(text):
    plain = text.encode("utf-8", "replace").decode()
    words = re.split(r"[\s\x00-\x1f\x7f\u00a0\u200b\ufeff]+", plain)
    assert collapse(text) == (" ".join(filter(None, words)) or None)


def test_a_page_nested_absurdly_deep_counts_as_empty():
    assert tree("<b>" * 9_000 + "x").css_first("b") is not None
    assert tree("<b>x</b>" * 9_000).css_first("b") is not None
    assert tree("<b>" * 11_000 + "x").css_first("b") is None


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ('Sent to <a href="/shop">the shop</a>.', "Sent to the shop."),
        ("Tom &amp; Co<br/> 3 < 4", "Tom & Co 3 < 4"),
        ("<b></b>", None),
        (None, None),
    ],
)
def test_a_sentence_is_left_without_its_tags(printed, text):
    assert without_tags(printed) == text


@pytest.mark.parametrize(
    ("html", "whole"),
    [
        ("<html><p>A</html>", True),
        ("<html><p>A</HTML >\n<!-- 12 ms -->", True),
        ("<html><p>A</html><p>B</HTML>", True),
        ("<html><p>A</HTML><p>B", False),
        ("<html><p>A</html><script>1</script>", True),
        ("<html><p>A</html", False),
        ("<html><p>A</html><p>B", False),
        ("<html><p>A</html><!-- ", False),
        ("<ul><li>A</li></ul>", True),
        ("<ul><li>A</li>", False),
        ("<ul><li>A</li></ul", False),
        ("no tags", True),
    ],
)
def test_a_page_is_whole_that_ends_where_a_document_ends_or_closes_all_it_opens(html, whole):
    assert is_whole(html) is whole
