"""Cookie files in the forms people export them in, told apart by what they hold. All samples are made up."""

import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.account.cookie_files import CookieFileError, read_cookies, warning
from collector.errors import CrosstrackError, ExitStatus
from tests.collector.accounts import BAZAAR, NOW, SECRET, cookie, in_days

END = round(in_days(30))


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "cookies"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path):
    return read_cookies(path, BAZAAR, NOW)


def line(*fields):
    return "\t".join(map(str, fields))


def member(**changes):
    return cookie(expires=END) | changes


# --- Netscape ------------------------------------------------------------------------------------------

HEAD = "# Netscape HTTP Cookie File\n# https://curl.se/docs/http-cookies.html\n\n"
MEMBER = line("#HttpOnly_.bazaar.example", "TRUE", "/", "TRUE", END, "member", SECRET)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + MEMBER + "\n",
        MEMBER,
        (HEAD + MEMBER + "\n").replace("\n", "\r\n"),
        "\ufeff" + HEAD + MEMBER,
        (HEAD + MEMBER).encode("utf-16"),
        HEAD + "#.bazaar.example\tTRUE\n\n" + MEMBER + "\n# the end",
        MEMBER.replace("_.bazaar", "_bazaar").replace("TRUE", "true"),
        MEMBER.replace(str(END), f"{END}.0"),
    ],
)
def test_a_cookies_txt_is_read_however_its_lines_end_and_with_its_comments(file, text):
    assert read(file(text)) == [member()]


def test_a_line_says_whose_the_cookie_is_and_how_long_it_lasts(file):
    lines = [
        line("www.bazaar.example", "FALSE", "/p", "FALSE", 0, "here", "1"),
        line(".bazaar.test", "TRUE", "/", "TRUE", END, "there", ""),
        line(".bazaar.test", "TRUE", "/", "TRUE", END, "cut off"),
        line(".bazaar.test", "TRUE", "/", "TRUE", round(in_days(-1)), "ended", "3"),
    ]
    here, there, cut = read(file("\n".join(lines)))
    assert here == cookie(
        "here", "1", domain="www.bazaar.example", path="/p", expires=-1, secure=False, httpOnly=False
    )
    assert there == cookie("there", "", domain=".bazaar.test", expires=END, httpOnly=False)
    assert cut["value"] == ""


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (MEMBER.replace("\t", " "), "spaces"),
        (MEMBER.replace("\t", "    "), "spaces"),
        (MEMBER + "\textra", "8 fields"),
        (SECRET, "1 fields"),
        (MEMBER.replace(f"\t{END}", ""), "TRUE or FALSE|no number"),
        (MEMBER.replace("TRUE", SECRET, 1), "TRUE or FALSE"),
        (MEMBER.replace(str(END), SECRET), "no number"),
        (MEMBER.replace(str(END), "nan"), "no number"),
        (MEMBER.replace(str(END), "9" * 400), "no number"),
        (MEMBER.replace(SECRET, SECRET + "\x1b[2J"), "control character"),
        (MEMBER.replace("member", ""), "name"),
        (MEMBER.replace(SECRET, SECRET * 400), "larger than 8192 bytes"),
    ],
)
def test_a_bad_line_is_one_error_with_file_line_and_reason_and_no_value(file, bad, reason):
    path = file(f"{HEAD}{MEMBER}\n{bad}\n")
    with pytest.raises(CookieFileError, match=reason) as refused:
        read(path)
    said = str(refused.value)
    assert said.startswith(f"{path}, line 5: ")
    assert said.isprintable()
    assert SECRET not in said
    assert refused.value.exit_status == ExitStatus.USAGE


def test_only_the_shops_cookies_are_taken_and_looked_at(file):
    others = [
        line(".notbazaar.example", "TRUE", "/", "TRUE", END, "member", "theirs"),
        line(".bazaar.example.evil.test", "TRUE", "/", "TRUE", END, "member", "theirs"),
        line(".other.example", "TRUE", "/", "TRUE", END, "n", "\x01"),
    ]
    assert read(file("\n".join([*others, MEMBER]))) == [member()]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no cookies"),
        (HEAD, "holds no cookies"),
        ("[]", "holds no cookies"),
        (line(".other.example", "TRUE", "/", "TRUE", END, "a", SECRET), r"but of \.other\.example"),
        (line(f"{SECRET} \x1b[2J", "TRUE", "/", "TRUE", END, "a", SECRET), "but of other sites"),
        (line(".bazaar.test", "TRUE", "/", "TRUE", 1, "a", SECRET), "all ended"),
    ],
)
def test_a_file_without_a_cookie_to_use_is_refused_with_what_to_do(file, text, reason):
    with pytest.raises(CookieFileError, match=reason) as refused:
        read(file(text))
    assert SECRET not in str(refused.value)


# --- JSON ----------------------------------------------------------------------------------------------

EXTENSION = {
    "domain": ".bazaar.example",
    "expirationDate": END + 0.5,
    "hostOnly": False,
    "httpOnly": True,
    "name": "member",
    "path": "/",
    "sameSite": "no_restriction",
    "secure": True,
    "session": False,
    "storeId": "0",
    "value": SECRET,
    "id": 1,
}
PLAYWRIGHT = cookie(expires=END + 0.5, sameSite="None")
PUPPETEER = PLAYWRIGHT | {"size": 30, "session": False, "sourceScheme": "Secure", "priority": "Medium"}
SELENIUM = {k: v for k, v in PLAYWRIGHT.items() if k != "expires"} | {"expiry": END}
FIREFOX = {
    "Host raw": "https://.bazaar.example/",
    "Name raw": "member",
    "Path raw": "/",
    "Content raw": SECRET,
    "Expires": "31-10-2026 12:00:00",
    "Expires raw": str(END),
    "Send for": "Encrypted connections only",
    "Send for raw": "true",
    "HTTP only raw": "true",
    "SameSite raw": "no_restriction",
    "This domain only": "Valid for subdomains",
    "This domain only raw": "false",
    "Store raw": "firefox-default",
    "First Party Domain": "",
}


@pytest.mark.parametrize(
    "export",
    [
        [EXTENSION],
        [EXTENSION | {"domain": "bazaar.example"}],
        {"url": "https://www.bazaar.example", "cookies": [EXTENSION]},
        {"cookies": [PLAYWRIGHT], "origins": [{"origin": "https://www.bazaar.example", "localStorage": []}]},
        [PUPPETEER],
        [SELENIUM],
        [FIREFOX],
    ],
)
def test_every_known_json_export_gives_the_same_cookie(file, export):
    (read_back,) = read(file(json.dumps(export, indent=2)))
    assert read_back | {"expires": END} == member(sameSite="None")
    assert int(read_back["expires"]) == END


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"hostOnly": True, "domain": "www.bazaar.example"}, {"domain": "www.bazaar.example"}),
        ({"hostOnly": True}, {"domain": "bazaar.example"}),
        ({"session": True}, {"expires": -1}),
        ({"expirationDate": None}, {"expires": -1}),
        ({"expirationDate": 0}, {"expires": -1}),
        ({"expirationDate": END * 1000}, {"expires": END}),
        ({"sameSite": "unspecified"}, {"sameSite": "Lax"}),
        ({"sameSite": None}, {"sameSite": "Lax"}),
        ({"sameSite": "lax"}, {"sameSite": "Lax"}),
        ({"sameSite": "Strict"}, {"sameSite": "Strict"}),
        ({"secure": False}, {"secure": False, "sameSite": "Lax"}),
        ({"path": None}, {"path": "/"}),
    ],
)
def test_what_extensions_write_is_understood(file, changes, expected):
    (read_back,) = read(file(json.dumps([EXTENSION | changes])))
    assert {key: read_back[key] for key in expected} == expected


def test_the_host_of_a_firefox_export_may_be_one_host_alone(file):
    alone = FIREFOX | {"Host raw": "http://www.bazaar.test/", "This domain only raw": "true"}
    assert read(file(json.dumps([alone])))[0]["domain"] == "www.bazaar.test"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[1]", "cookie 1: it is no JSON object"),
        (json.dumps([EXTENSION, SECRET]), "cookie 2: it is no JSON object"),
        (json.dumps([EXTENSION | {"domain": None}]), "cookie 1: it names no domain"),
        (json.dumps([EXTENSION | {"value": None}]), "cookie 1: a cookie's value is no text"),
        (json.dumps([EXTENSION | {"value": SECRET + "\n"}]), "cookie 1: a cookie's value holds a control"),
        (json.dumps([EXTENSION | {"sameSite": SECRET}]), "cookie 1: its sameSite"),
        (json.dumps([EXTENSION | {"secure": SECRET}]), "cookie 1: its secure"),
        (json.dumps([EXTENSION | {"expirationDate": SECRET}]), "cookie 1: a cookie's end is no number"),
        ('[{"domain": ".bazaar.example",\n"name": "' + SECRET + "\n", "line 2: this is not JSON"),
        ("[" * 200_000, "line 1: this is not JSON"),
        ('[{"expirationDate": ' + "9" * 5000 + "}]", "line 1: this is not JSON"),
        ("{}", "line 1: there is no list of cookies"),
        (json.dumps({"cookies": SECRET}), "line 1: there is no list of cookies"),
    ],
)
def test_bad_json_is_one_error_that_says_where_and_quotes_nothing(file, text, where):
    path = file(text)
    with pytest.raises(CookieFileError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}, {where}")
    assert SECRET not in str(refused.value)


def test_more_cookies_than_a_shop_sets_are_refused(file):
    with pytest.raises(CookieFileError, match="more than 200"):
        read(file(json.dumps([EXTENSION | {"name": f"n{i}"} for i in range(201)])))


# --- a header ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["member={}; b=1=2; c=", "Cookie: member={};b=1=2;c=;", "\n cookie:member={}; b=1=2; c=\n"]
)
def test_a_cookie_header_is_taken_for_the_shops_main_domain_over_tls(file, text):
    found = read(file(text.format(SECRET)))
    assert [(c["name"], c["value"]) for c in found] == [("member", SECRET), ("b", "1=2"), ("c", "")]
    assert {(c["domain"], c["path"], c["expires"], c["secure"]) for c in found} == {
        (".bazaar.example", "/", -1, True)
    }


def test_a_bad_pair_of_a_header_is_told_by_its_place(file):
    path = file(f"a=1; {SECRET}; c=2")
    with pytest.raises(CookieFileError) as refused:
        read(path)
    assert str(refused.value) == f"{path}, cookie 2: it has no '='"


# --- files ---------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_one_clear_line(file, tmp_path):
    for path, reason in ((tmp_path / "none", "No such file"), (tmp_path, "is no file")):
        with pytest.raises(CookieFileError, match=reason):
            read(path)
    with pytest.raises(CookieFileError, match=r", line 2: this is not UTF-8"):
        read(file(b"# a\n\xff\xff\xff"))
    with pytest.raises(CookieFileError):
        read(Path("a\0b"))


def test_a_file_over_five_megabytes_is_refused(file):
    path = file(MEMBER + "\n" + "#" * (5 * 1024 * 1024))
    with pytest.raises(CookieFileError, match="larger than"):
        read(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")
def test_a_file_others_can_read_is_warned_of(file, tmp_path):
    path = file(MEMBER)
    path.chmod(0o644)
    assert f"chmod 600 {path}" in warning(path)
    path.chmod(0o600)
    assert warning(path) is None
    assert warning(tmp_path / "none") is None


# --- properties ----------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters=";="), max_size=30)
COOKIES = st.lists(
    st.builds(
        cookie,
        TEXT.filter(lambda name: name and "=" not in name),
        TEXT,
        domain=st.sampled_from([".bazaar.example", "www.bazaar.example", ".bazaar.test"]),
        path=st.sampled_from(["/", "/p/order"]),
        expires=st.just(-1) | st.integers(END, END * 2),
        httpOnly=st.booleans(),
        secure=st.booleans(),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda c: (c["name"], c["domain"], c["path"]),
)


def as_netscape(cookies):
    return HEAD + "".join(
        line(
            ("#HttpOnly_" if c["httpOnly"] else "") + c["domain"],
            str(c["domain"].startswith(".")).upper(),
            c["path"],
            str(c["secure"]).upper(),
            max(c["expires"], 0),
            c["name"],
            c["value"],
        )
        + "\n"
        for c in cookies
    )


def as_extension(cookies):
    return json.dumps(
        [
            {key: c[key] for key in ("name", "value", "path", "secure", "httpOnly")}
            | {"domain": c["domain"], "hostOnly": not c["domain"].startswith("."), "sameSite": "lax"}
            | ({"session": True} if c["expires"] < 0 else {"expirationDate": c["expires"]})
            for c in cookies
        ]
    )


def as_storage_state(cookies):
    return json.dumps({"cookies": cookies, "origins": []}, ensure_ascii=False)


@pytest.mark.parametrize("write", [as_netscape, as_extension, as_storage_state])
@settings(deadline=None)
@given(cookies=COOKIES)
def test_what_is_written_in_a_form_is_read_back_the_same(write, cookies):
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "cookies"
        path.write_text(write(cookies), encoding="utf-8")
        assert read(path) == cookies


ALMOST = st.lists(
    st.sampled_from(
        [
            "#HttpOnly_",
            ".bazaar.example",
            "\t",
            "TRUE",
            "/",
            str(END),
            "a=b",
            ";",
            '[{"domain":',
            "}]",
            "\n",
            " ",
        ]
    )
).map("".join)


@settings(deadline=None)
@given(st.binary(max_size=300) | ALMOST.map(str.encode))
def test_no_content_raises_anything_but_one_clear_line(content):
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "cookies"
        path.write_bytes(content)
        said = None
        try:
            found = read(path)
        except CrosstrackError as error:
            said, found = str(error), []
        assert bool(found) is (said is None)
        assert said is None or said.isprintable()
