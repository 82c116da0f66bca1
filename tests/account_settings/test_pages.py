"""Settings by their pages: by the primary user, and by people with parts of the rights."""

import re

import pytest

from account_settings.models import AccountSettings
from account_settings.services import reading
from operations.models import Draft, Operation
from operations.services import sending
from operations.services.settling import settle_due
from operations.states import State
from simulator.faults import Rule

pytestmark = pytest.mark.django_db(transaction=True)

HOOK = "https://hooks.example.com/in?token=seen-hook-token"
DEAD = "https://hooks.invalid/in"


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def visitor(client, person):
    """Sign somebody in who has this role on the account."""

    def join(preset):
        member, _ = person(preset)
        client.force_login(member.user)
        return client

    return join


@pytest.fixture
def url(held):
    return f"/w/harbour/accounts/{held.api_key}/settings/"


def text(answer) -> str:
    return answer.content.decode()


def typed(browser, address, **values):
    """Fill the form in and return the answer: what is not given stays as it was shown."""
    page = text(browser.get(address))
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    shown = {name: value_of(page, name) for name in ("mo_callback_url", "dr_callback_url")}
    return browser.post(address, {"token": token, **shown, **values})


def value_of(page, name):
    control = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)[0]
    found = re.search(r'value="([^"]*)"', control)
    return found[1] if found else ""


def ask(browser, url, **values):
    """Ask for other settings, confirm and send it; return the address of the operation."""
    drafted = typed(browser, f"{url}change/", **values)
    assert drafted.status_code == 303, text(drafted)
    asked = browser.post(drafted["Location"])
    assert asked.status_code == 303, text(asked)
    sending.send_ready()
    return asked["Location"]


def test_settings_are_read_only_when_somebody_asks(browser, url, held):
    assert "Never read from Vonage" in text(browser.get(url))
    assert browser.post(f"{url}read/")["Location"] == url
    page = text(browser.get(url))
    assert "Read from Vonage" in page
    assert "reported nowhere" in page
    assert "30 outbound, 30 inbound" in page


def test_subaccount_of_which_nothing_is_held_says_so_and_leads_to_its_secrets(browser, sub):
    url = f"/w/harbour/accounts/{sub.api_key}/settings/"
    page = text(browser.get(url))
    assert "to the subaccount itself only, and no secret of it is held" in page
    assert f"/w/harbour/accounts/{sub.api_key}/secrets/" in page
    assert "Read now" not in page
    assert browser.get(f"{url}change/")["Location"] == url
    browser.post(f"{url}read/")
    assert "no secret of it is held" in text(browser.get(url))


def test_reading_that_fails_says_why_and_keeps_what_is_known(browser, url, held, vonage):
    reading.read(held)
    vonage.faults.add(Rule("garbage", "POST", "/account/settings"))
    browser.post(f"{url}read/")
    page = text(browser.get(url))
    assert "The settings could not be read" in page
    assert "30 outbound" in page


def test_settings_are_not_changed_before_they_were_read(browser, url):
    assert browser.get(f"{url}change/")["Location"] == url
    assert browser.post(f"{url}change/", {"mo_callback_url": HOOK})["Location"] == url


def test_refused_address_is_corrected_where_vonages_words_are(browser, url, held, at_vonage):
    reading.read(held)
    operation = ask(browser, url, mo_callback_url=DEAD, dr_callback_url="https://a.example/dr")
    page = text(browser.get(operation))
    assert "moCallBackUrl: Is invalid." in page
    assert "Vonage said: <q><bdi>Bad Request" in page
    assert f'href="{url}change/"' in page
    form = text(browser.get(f"{url}change/"))
    assert value_of(form, "mo_callback_url") == DEAD
    assert value_of(form, "dr_callback_url") == "https://a.example/dr"
    assert form.count("Vonage said: ") == 1
    assert 'id="id_mo_callback_url_error"' in form
    assert "Vonage refused the last change." in text(browser.get(url))
    ask(browser, url, mo_callback_url=HOOK)
    assert at_vonage(held) == (HOOK, "https://a.example/dr", "")
    page = text(browser.get(url))
    assert HOOK in page
    assert "Vonage refused" not in page
    assert "Vonage said" not in text(browser.get(f"{url}change/"))


def test_draft_shows_before_and_after_and_can_be_changed(browser, url, held):
    reading.read(held)
    ask(browser, url, mo_callback_url=HOOK)
    drafted = typed(browser, f"{url}change/", mo_callback_url="https://b.example/")["Location"]
    page = text(browser.get(drafted))
    both = rf"<del>.*{re.escape(HOOK)}.*</del>.*<ins>.*https://b.example/"
    assert re.search(both, page, re.DOTALL)
    assert Draft.objects.latest("created_at").wanted == {"mo_callback_url": "https://b.example/"}
    back = re.search(r'href="([^"]+\?draft=[^"]+)"', page)[1]
    assert "b.example" not in back
    assert value_of(text(browser.get(back)), "mo_callback_url") == "https://b.example/"


def test_draft_of_somebody_else_fills_no_form(browser, url, held, client, person):
    reading.read(held)
    drafted = typed(browser, f"{url}change/", mo_callback_url=HOOK)["Location"]
    pk = drafted.rstrip("/").split("/")[-1]
    member, _ = person("operator")
    client.force_login(member.user)
    for draft in (pk, "nonsense", ""):
        assert HOOK not in text(client.get(f"{url}change/?draft={draft}"))


def test_form_holds_what_is_on_its_way_so_that_nothing_is_voided(browser, url, held, at_vonage):
    reading.read(held)
    first = browser.post(
        typed(browser, f"{url}change/", mo_callback_url=HOOK, http_forward_method="POST_JSON")[
            "Location"
        ]
    )
    assert "A change is on its way" in text(browser.get(url))
    assert value_of(text(browser.get(f"{url}change/")), "mo_callback_url") == HOOK
    ask(browser, url, dr_callback_url="https://a.example/dr")
    assert at_vonage(held) == (HOOK, "https://a.example/dr", "POST_JSON")
    reference = first["Location"].rstrip("/").split("/")[-1]
    older = Operation.objects.get(reference=reference)
    assert older.state == State.CANCELLED


def test_nothing_of_this_would_change(browser, url, held):
    reading.read(held)
    answer = typed(browser, f"{url}change/")
    assert answer.status_code == 422
    assert "Nothing of this would change." in text(answer)


def test_method_that_was_chosen_is_always_meant(browser, url, held, at_vonage):
    reading.read(held)
    for _ in range(2):
        ask(browser, url, http_forward_method="POST_JSON")
    assert Operation.objects.filter(state=State.SUCCEEDED).count() == 2
    page = text(browser.get(url))
    assert "POST, as JSON" in page
    assert "may have been changed elsewhere since" in page


def test_method_of_which_nothing_is_known_says_so_on_its_page(browser, url, held, vonage, later):
    from django.utils import timezone

    reading.read(held)
    vonage.faults.add(Rule("drop-after", "POST", "/account/settings"))
    operation = ask(browser, url, http_forward_method="POST_JSON")
    assert "Vonage never shows the forward method" in text(browser.get(operation))
    for _ in range(4):
        later(6)
        settle_due(timezone.now())
    page = text(browser.get(operation))
    assert "setting it twice does no harm" in page
    assert "Look at Vonage once more, and ask again" in page
    assert "came to no clear end" in text(browser.get(url))


@pytest.mark.parametrize("bad", ["hooks.example.com", "https://a@b.example", "ftp://b.example"])
def test_address_that_makes_no_sense_is_refused_beside_its_field(bad, browser, url, held):
    reading.read(held)
    answer = typed(browser, f"{url}change/", dr_callback_url=bad)
    assert answer.status_code == 422
    assert 'id="id_dr_callback_url_error"' in text(answer)
    assert not Draft.objects.exists()


def test_support_sees_settings_and_changes_none(visitor, url, held):
    reading.read(held)
    support = visitor("support")
    assert "30 outbound" in text(support.get(url))
    assert f"{url}change/" not in text(support.get(url))
    assert support.get(f"{url}change/").status_code == 403
    assert support.post(f"{url}read/").status_code == 303


def test_who_sees_the_account_only_sees_nothing_of_its_settings(
    visitor, url, browser, held, person
):
    reading.read(held)
    operation = ask(browser, url, mo_callback_url=HOOK)
    analyst = visitor("analyst")
    assert analyst.get(url).status_code == 403
    assert analyst.post(f"{url}read/").status_code == 403
    assert analyst.get(operation).status_code == 404
    assert url not in text(analyst.get(f"/w/harbour/accounts/{held.api_key}/"))


def test_approver_who_sees_the_operation_sees_no_address(visitor, url, browser, held):
    reading.read(held)
    operation = ask(browser, url, mo_callback_url=HOOK)
    assert "seen-hook-token" in text(browser.get(operation))
    page = text(visitor("approver").get(operation))
    assert "Inbound messages of" in page
    assert "hooks.example.com" not in page


def test_account_leads_to_its_settings(browser, url, held, primary):
    assert url in text(browser.get(f"/w/harbour/accounts/{held.api_key}/"))
    key = primary.api_key
    assert f"{key}/settings/" in text(browser.get(f"/w/harbour/accounts/{key}/"))


def test_what_vonage_tells_is_text(browser, url, held):
    reading.read(held)
    nasty = "<img src=x onerror=alert(1)>\u202e{{ 7 }}"
    AccountSettings.objects.update(mo_callback_url=nasty, fault=nasty)
    page = text(browser.get(url)) + text(browser.get(f"{url}change/"))
    assert "<img" not in page


def test_pages_take_as_many_queries_for_much_as_for_nothing(
    browser, url, held, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40) as queries:
        browser.get(url)
    without = len(queries)
    reading.read(held)
    ask(browser, url, mo_callback_url=HOOK)
    ask(browser, url, mo_callback_url=DEAD)
    with django_assert_max_num_queries(without):
        browser.get(url)
