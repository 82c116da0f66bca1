"""What each page shows, to whom, and what it costs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Connection, Mirror, Reading
from accounts.naming import listing_key

pytestmark = pytest.mark.django_db

MOST_QUERIES = 6
MOST_LIST_QUERIES = 4
MOST_ACCOUNT_QUERIES = 7  # one for what people did to the account


@pytest.fixture
def connected(workspace, fill):
    Connection.objects.create(
        workspace=workspace, api_key="00000000", api_host="https://api.example.com", api_secret=b"x"
    )
    return fill


def pages(slug: str) -> list[str]:
    return [
        reverse("accounts:overview", args=[slug]),
        reverse("accounts:list", args=[slug]),
        reverse("accounts:detail", args=[slug, "00000001"]),
        reverse("accounts:detail", args=[slug, "00000004"]),
        reverse("accounts:connect", args=[slug]),
        reverse("accounts:freshness", args=[slug]),
        reverse("teams:me"),
    ]


def count(django_assert_max_num_queries, signed_in, url, most) -> int:
    with django_assert_max_num_queries(most) as captured:
        assert signed_in.get(url).status_code == 200
    statements = [query["sql"] for query in captured.captured_queries]
    assert max(map(statements.count, statements)) <= 2
    return len(statements)


@pytest.mark.parametrize("index", range(7))
def test_number_of_queries_does_not_grow_with_the_accounts(
    index, connected, signed_in, workspace, django_assert_max_num_queries
):
    url = pages(workspace.slug)[index]
    is_account = "000000" in url
    most = MOST_ACCOUNT_QUERIES if is_account else MOST_QUERIES
    if url == reverse("accounts:list", args=[workspace.slug]):
        most = MOST_LIST_QUERIES
    rows = connected(5 if is_account else 3)
    signed_in.get(url)
    few = count(django_assert_max_num_queries, signed_in, url, most)
    Reading.objects.all().delete()
    Account.objects.filter(pk__in=[row.pk for row in rows]).delete()
    connected(30)
    many = count(django_assert_max_num_queries, signed_in, url, most)
    assert few == many


@pytest.mark.parametrize("index", range(7))
def test_strangers_are_sent_to_the_door_and_outsiders_find_nothing(
    index, connected, client, stranger, workspace
):
    connected(5)
    url = pages(workspace.slug)[index]
    answer = client.get(url)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    if url != reverse("teams:me"):
        client.force_login(stranger)
        there = client.get(url)
        nowhere = client.get(url.replace(workspace.slug, "nowhere"))
        assert there.status_code == nowhere.status_code == 404
        assert b"Customer" not in there.content
        assert b"Harbour" not in there.content


@pytest.mark.parametrize("index", range(7))
def test_pages_are_kept_out_of_caches_and_frames(index, connected, signed_in, workspace):
    connected(5)
    headers = signed_in.get(pages(workspace.slug)[index]).headers
    assert headers["Cache-Control"] == "private, no-store"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"Cookie", "HX-Request"} <= {each.strip() for each in headers["Vary"].split(",")}


def names(answer) -> list[str]:
    text = answer.content.decode()
    return [name for name in (f"Customer {n:03d}" for n in range(130)) if name in text]


@pytest.fixture
def list_url(workspace) -> str:
    return reverse("accounts:list", args=[workspace.slug])


@pytest.mark.parametrize("sort", ["name", "-name", "spendable", "-spendable"])
def test_pages_of_the_list_follow_each_other_without_gap_or_repeat(
    sort, connected, signed_in, list_url
):
    connected(120)
    seen, url, pages_seen = [], f"{list_url}?sort={sort}", []
    while url:
        answer = signed_in.get(url)
        page = answer.context["page"]
        pages_seen.append(answer.context["rows_html"])
        seen += names(answer)
        back, url = page["previous_url"], page["next_url"]
    expected = 96 if "spendable" in sort else 120
    assert len(seen) == len(set(seen)) == expected
    assert signed_in.get(back).context["rows_html"] == pages_seen[-2]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=customer 01", 10),
        ("q=CUSTOMER 011", 1),
        ("q=0000000b", 1),
        ("q=cu", 30),
        ("q=us", 0),
        ("q=%25", 0),
        ("q=_us", 0),
        ('q="', 0),
        ("q=nothing", 0),
        ("state=suspended", 4),
        ("state=active", 26),
        ("state=gone", 0),
        ("balance=shared", 6),
        ("balance=own", 24),
        ("balance=negative", 2),
        ("balance=low", 10),
        ("state=nonsense&balance=nonsense&sort=nonsense", 30),
    ],
)
def test_list_is_narrowed(query, found, connected, signed_in, list_url):
    connected(30)
    answer = signed_in.get(f"{list_url}?{query}")
    assert answer.status_code == 200
    assert len(names(answer)) == found


def test_search_finds_a_renamed_account_by_its_new_name_only(connected, signed_in, list_url):
    row = connected(5)[3]
    Account.objects.filter(pk=row.pk).update(
        name="Möwe", listing_key=listing_key("Möwe", row.api_key)
    )
    for text in ("M%C3%96WE", "mowe", "m%C3%B6we"):
        assert "Möwe" in signed_in.get(f"{list_url}?q={text}").content.decode()
    assert len(names(signed_in.get(f"{list_url}?q=customer+003"))) == 0


def test_htmx_gets_the_table_alone(connected, signed_in, list_url):
    connected(5)
    part = signed_in.get(list_url, headers={"HX-Request": "true"}).content
    assert b"Customer 003" in part
    assert b"<html" not in part
    restored = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert b"<html" in signed_in.get(list_url, headers=restored).content


def test_list_before_the_first_reading_says_so(signed_in, connection, list_url):
    answer = signed_in.get(list_url)
    assert answer.status_code == 200
    assert answer.context["freshness"].level == "never"


def test_shared_balance_is_said_and_never_zero(connected, signed_in, workspace):
    connected(5)
    page = signed_in.get(reverse("accounts:detail", args=[workspace.slug, "00000004"]))
    figures = page.content.decode().partition("<main")[2].partition("Facts")[0]
    assert ">shared<" in figures
    row = signed_in.get(reverse("accounts:list", args=[workspace.slug]) + "?q=00000004")
    assert row.content.decode().count("<i>shared</i>") == 3


def test_account_of_nobody_is_not_found(connected, signed_in, workspace):
    connected(5)
    assert (
        signed_in.get(reverse("accounts:detail", args=[workspace.slug, "ffff"])).status_code == 404
    )


def test_open_page_hears_of_changes_only(connected, signed_in, workspace):
    connected(5)
    url = reverse("accounts:freshness", args=[workspace.slug])
    version = signed_in.get(url).context["freshness"].version
    assert signed_in.get(url, {"version": version}).status_code == 204
    Mirror.objects.update(read_at=timezone.now() + timedelta(seconds=1))
    changed = signed_in.get(url, {"version": version})
    assert changed.status_code == 200
    assert "mirror-changed" in changed.headers["HX-Trigger"]


@pytest.mark.parametrize(
    ("age", "fault", "level"),
    [
        (timedelta(seconds=30), "", "fresh"),
        (timedelta(minutes=5), "", "old"),
        (timedelta(hours=1), "", "failed"),
        (timedelta(seconds=30), "no_answer", "failed"),
    ],
)
def test_age_is_told_honestly(age, fault, level, connected, signed_in, workspace):
    connected(5)
    Mirror.objects.update(read_at=timezone.now() - age, fault=fault, detail="No route <b>")
    page = signed_in.get(reverse("accounts:overview", args=[workspace.slug]))
    assert page.context["freshness"].level == level
    assert b"No route <b>" not in page.content
    assert (b"No route &lt;b&gt;" in page.content) == bool(fault)


def test_nothing_changes_by_reading(connected, signed_in, workspace):
    connected(5)
    before = list(Mirror.objects.values())
    for url in pages(workspace.slug):
        signed_in.get(url)
        signed_in.head(url)
    assert list(Mirror.objects.values()) == before
    assert signed_in.get(reverse("accounts:refresh", args=[workspace.slug])).status_code == 405


def test_refresh_is_asked_once(connected, signed_in, workspace, monkeypatch):
    connected(5)
    Mirror.objects.update(tried_at=timezone.now() - timedelta(minutes=1))
    rung = []
    monkeypatch.setattr("accounts.views.mirror.ring", lambda pk: rung.append(pk) or True)
    url = reverse("accounts:refresh", args=[workspace.slug])
    assert signed_in.post(url).status_code == 303
    Mirror.objects.update(tried_at=timezone.now())
    signed_in.post(url)
    assert rung == [workspace.pk]
    assert Mirror.objects.get().due_at <= timezone.now()


def test_refresh_needs_the_token_of_a_form(connected, owner, workspace):
    from django.test import Client

    connected(5)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    answer = browser.post(reverse("accounts:refresh", args=[workspace.slug]))
    assert answer.status_code == 403
    assert b"<html" in answer.content


def test_ended_session_leads_htmx_to_the_sign_in_page(connected, client, workspace, list_url):
    answer = client.get(list_url, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith(reverse("account_login"))
    assert answer.content == b""


@pytest.mark.parametrize("name", ["accounts:overview", "accounts:list"])
def test_workspace_without_a_connection_is_led_to_make_one(name, signed_in, workspace):
    answer = signed_in.get(reverse(name, args=[workspace.slug]))
    assert answer.url == reverse("accounts:connect", args=[workspace.slug])


def test_list_says_how_many_and_what_its_order_leaves_out(connected, signed_in, list_url):
    connected(80)
    Mirror.objects.update(accounts=80, shared=16)
    assert signed_in.get(list_url).context["page"]["total_text"] == "80 accounts"
    sorted_list = signed_in.get(f"{list_url}?sort=spendable")
    assert sorted_list.context["page"]["total_text"] == "64 accounts"
    assert b"are left out" in sorted_list.content
    assert b"are left out" not in signed_in.get(list_url).content
    assert signed_in.get(f"{list_url}?q=customer").context["page"]["total_text"].startswith("more")


def test_search_longer_than_any_name_finds_nothing(connected, signed_in, list_url):
    connected(5)
    assert names(signed_in.get(f"{list_url}?q={'x' * 300}")) == []


def test_address_that_is_no_key_is_not_found(connected, signed_in, workspace):
    connected(5)
    assert signed_in.get(f"/w/{workspace.slug}/accounts/a%00b/").status_code == 404


def test_session_that_ends_leads_back_to_the_same_page(connected, client, list_url):
    there = f"http://testserver{list_url}?q=a"
    answer = client.get(list_url, headers={"HX-Request": "true", "HX-Current-URL": there})
    assert "next=%2Fw%2Fharbour%2Faccounts%2F%3Fq%3Da" in answer.headers["HX-Redirect"]
    answer = client.get(
        list_url, headers={"HX-Request": "true", "HX-Current-URL": "https://evil.example/"}
    )
    assert answer.headers["HX-Redirect"].endswith("next=%2F")
