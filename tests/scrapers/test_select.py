"""The helpers over selectolax: texts of elements, and whether a page is whole."""

import pytest

from scrapers.select import is_whole, texts_of, tree, without_tags


def test_texts_are_those_of_every_match_in_page_order():
    root = tree("<table><tr><td> A \n b</td><td></td><td><b>C</b></td></tr></table>")
    assert texts_of(root, "td") == ["A b", None, "C"]
    assert texts_of(root, "li") == []


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
