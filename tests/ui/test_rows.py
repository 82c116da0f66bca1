import re
import time
import zlib

import pytest

from ui.rows import Row, aligned, render_rows
from ui.sparkline import sparkline

MINUS = "\N{MINUS SIGN}"
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "' hx-get='/w/other/",
    "{{ 7*7 }}{% include 'x' %}",
    "\N{RIGHT-TO-LEFT OVERRIDE}evil\N{POP DIRECTIONAL FORMATTING}",
    "A" * 10_000,
    "",
    "   ",
    "\x00null",
]


def account(**changes: object) -> Row:
    plain = Row(
        api_key="abcd1234",
        name="Harbour Taxi",
        badge="",
        state="active",
        shared=False,
        balance="12.50",
        credit_limit=f"{MINUS}20.00",
        spendable="32.50",
        is_negative=False,
        is_low=False,
        spark=sparkline([1, 2]),
    )
    return plain._replace(**changes)


def drawn(*rows: Row, base_url: str = "/w/a/accounts/") -> str:
    return render_rows("accounts/rows.html", rows=rows, base_url=base_url)


def cells(html: str) -> list[str]:
    return re.findall(r"<td>(.*?)</td>", html)


def test_a_row_links_to_its_account_and_shows_its_figures():
    html = drawn(account())
    assert 'href="/w/a/accounts/abcd1234/">Harbour Taxi</a>' in html
    assert [cell.rstrip("\N{FIGURE SPACE}") for cell in cells(html)[:4]] == [
        "active",
        "12.50",
        f"{MINUS}20.00",
        "32.50",
    ]
    assert "<tr>" in html, "an ordinary account needs no class"


def test_a_shared_balance_says_so_and_is_never_zero():
    html = drawn(account(shared=True, balance="", credit_limit="", spendable=""))
    assert cells(html)[1:4] == ["<i>shared</i>"] * 3
    assert "0.00" not in html


def test_what_is_unknown_says_so():
    assert cells(drawn(account(credit_limit="", spendable="")))[2:4] == ["<i>unknown</i>"] * 2


def test_what_is_special_stands_in_words_and_not_only_in_colour():
    html = drawn(account(badge="primary", state="suspended", is_negative=True, is_low=True))
    assert '<tr class="primary suspended negative">' in html
    assert "<em>primary</em>" in html
    assert "<td>suspended</td>" in html
    assert "<em>negative</em>" in html
    assert "<em>low</em>" in html


@pytest.mark.parametrize("text", HOSTILE)
def test_remote_text_stays_text(text):
    html = drawn(account(name=text, api_key=text or "k"))
    tags = re.sub(r"<svg.*?</svg>", "", html)
    assert set(re.findall(r"<\s*/?([a-zA-Z]+)", tags)) <= {"tr", "th", "td", "a", "b", "small"}
    assert re.findall(r"""\s(on\w+|hx-\w+)=["']?""", re.sub(r">[^<]*<", "><", tags)) == []
    assert '"' not in re.findall(r'href="([^"]*)"', html)[0].replace("&#34;", "")


def test_a_key_cannot_leave_its_place_in_the_address():
    html = drawn(account(api_key="../../me/?x#y"))
    assert 'href="/w/a/accounts/..%2F..%2Fme%2F%3Fx%23y/"' in html


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Harbour Taxi GmbH", "HT"),
        ("abcd1234", "A"),
        ("", ""),
        ("\N{EN DASH} Ünal", "Ü"),
        ("<b> x", "X"),
    ],
)
def test_initials(name, initials):
    assert account(name=name).initials == initials


@pytest.mark.parametrize(
    ("figure", "blanks"), [("12.50", 2), ("0.1234", 0), ("0.12345678", 0), ("", 0)]
)
def test_decimal_points_stand_in_line(figure, blanks):
    assert aligned(figure) == figure + "\N{FIGURE SPACE}" * blanks


def many() -> list[Row]:
    return [
        account(
            api_key=f"{index * 2654435761 % 2**32:08x}",
            name=f"{('Harbour', 'Northern', 'Old Town', 'Blue')[index % 4]} Clinic {index}",
            balance=f"{index * 7919 % 100_000 / 100:,.2f}",
            spendable=f"{index * 104_729 % 100_000 / 100:,.2f}",
            spark=sparkline([(index * 31 + step * 17) % 97 for step in range(12)]),
        )
        for index in range(50)
    ]


def test_fifty_rows_are_few_bytes():
    assert len(zlib.compress(drawn(*many()).encode())) < 3_600


def test_fifty_rows_take_no_time():
    rows = many()
    drawn(*rows)
    unit = min(_seconds(lambda: sum(range(100_000))) for _ in range(20))
    best = min(_seconds(lambda: drawn(*rows)) for _ in range(20))
    assert best < unit, "about a third is usual"


def _seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
