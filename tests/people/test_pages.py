"""The pages: inviting, asking before something grave, settings."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from teams.models import Grant, Invitation, Member, Workspace
from teams.policy import actor_of
from teams.services import invitations
from teams.services.granting import Terms

pytestmark = pytest.mark.django_db

FORM = {
    "addresses": "Ada Berg <ada@example.com>\n bert@example.com ; ada@example.com",
    "message": "See you\non Monday.",
    "form-TOTAL_FORMS": "1",
    "form-INITIAL_FORMS": "0",
    "form-0-role": "preset:operator",
    "form-0-scope": "subaccounts",
    "form-0-per_day": "50",
}


@pytest.fixture
def browser(client, sign_in, workspace):
    """A browser in which the primary user is signed in, and the addresses of the team."""

    class Browser:
        def address(self, name, /, *args):
            return reverse(name, args=[workspace.slug, *args])

        def get(self, name, /, *args):
            return client.get(self.address(name, *args))

        def post(self, name, /, *args, **data):
            return client.post(self.address(name, *args), data)

        def sign_in(self, user):
            sign_in(client, user)

    sign_in(client, workspace.primary_user)
    return Browser()


def refused(answer, field, form="form"):
    assert answer.status_code == 422
    return str(answer.context[form].errors[field])


def test_several_people_are_invited_at_once(browser, committed, settings):
    settings.EMAIL_HOST = "mail.example.com"
    with committed():
        answer = browser.post("team:invite", **FORM)
    assert answer.headers["Location"] == browser.address("team:team")
    assert [each.to for each in mail.outbox] == [["ada@example.com"], ["bert@example.com"]]
    assert "Hello Ada Berg" in mail.outbox[0].body
    assert "See you on Monday." in mail.outbox[0].body
    assert "Operator on all subaccounts, at most € 50 a day" in mail.outbox[0].body
    for each in Invitation.objects.all():
        assert each.grants.get().per_day == 50
        assert each.expires_at - each.invited_at == timedelta(days=7)
    assert Entry.objects.filter(event="member:invitation:send").count() == 2


def test_without_a_mail_server_the_links_are_shown_once(browser, client):
    answer = browser.post("team:invite", **FORM)
    assert answer.status_code == 200
    links = {str(invitation): link for invitation, link in answer.context["links"]}
    assert set(links) == {"ada@example.com", "bert@example.com"}
    link = links["ada@example.com"]
    assert link.encode() in answer.content
    client.logout()
    assert client.get("/" + link.split("/", 3)[3], follow=True).status_code == 200


def test_more_kinds_of_access_without_script(browser, settings):
    settings.EMAIL_HOST = "mail.example.com"
    more = browser.post("team:invite", **FORM, more="1")
    assert more.status_code == 200
    assert more.content.count(b"What they may do") == more.content.count(b"And also") == 1
    assert b"bert@example.com" in more.content
    assert 'value="50"' in more.content.decode()
    assert not Invitation.objects.exists()
    second = {
        **FORM,
        "form-TOTAL_FORMS": "2",
        "form-1-role": "preset:auditor",
        "form-1-scope": "all",
    }
    browser.post("team:invite", **second)
    promised = Grant.objects.filter(invitation__email="ada@example.com")
    assert {each.preset for each in promised} == {"operator", "auditor"}


def test_an_empty_second_form_is_left_out(browser, settings):
    settings.EMAIL_HOST = "mail.example.com"
    more = browser.post("team:invite", **FORM, more="1")
    again = more.context["access"].management_form.initial
    sent = {**FORM, **{f"form-{name}": str(value) for name, value in again.items()}}
    assert sent["form-TOTAL_FORMS"] == "2"
    browser.post("team:invite", **sent)
    assert Grant.objects.count() == 2


def test_the_first_form_cannot_be_left_out(browser):
    none = {**FORM, "form-TOTAL_FORMS": "0"}
    assert browser.post("team:invite", **none).status_code == 422
    empty = {**FORM, "form-0-role": "", "form-0-scope": "", "form-0-per_day": ""}
    assert browser.post("team:invite", **empty).status_code == 422
    many = {**FORM, "form-TOTAL_FORMS": "1000"}
    assert browser.post("team:invite", **many).status_code == 422
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("addresses", "", "required"),
        ("addresses", "nobody", "no mail address"),
        ("addresses", "ada@example.com\r\nBcc: all@example.com", "no mail address"),
        ("addresses", '"a b"@example.com', "no mail address"),
        ("addresses", "m\N{LATIN SMALL LETTER DOTLESS I}ke@example.com", "no mail address"),
        ("addresses", "www.evil.example <ada@example.com>", "no name of a person"),
        ("addresses", "x" * 81 + " <ada@example.com>", "no name of a person"),
        ("addresses", "\n".join(f"a{n}@example.com" for n in range(51)), "At most 50 people"),
        ("message", "Click https://evil.example", "This looks like one: https://evil.example"),
        ("message", "Look at evil.example", "No links"),
        ("message", "x" * 501, "at most 500 characters"),
    ],
)
def test_in_10_what_is_typed_is_checked(browser, field, value, sentence):
    """IN-10: the inviter's words are plain, short, and lead nowhere."""
    answer = browser.post("team:invite", **{**FORM, field: value})
    assert sentence in refused(answer, field)
    assert b"preset:operator" in answer.content
    assert not Invitation.objects.exists()


def test_somebody_who_was_asked_already_is_named(browser, invite):
    invite("ada@example.com")
    answer = browser.post("team:invite", **FORM)
    assert "ada@example.com" in refused(answer, "addresses")
    assert Invitation.objects.count() == 1, "all of them or nobody"


def test_what_cannot_be_passed_on_is_explained(browser, member):
    browser.sign_in(member("customer", "customer_admin", "subaccounts", may_pass_on=True).user)
    answer = browser.post("team:invite", **FORM)
    assert "You cannot pass this on there" in refused(answer, "__all__")


def test_too_many_is_429_with_a_time_to_come_back(browser, monkeypatch, invite):
    from teams.services.invitations import sending

    invitation, _ = invite("carl@example.com")
    monkeypatch.setattr(sending, "PER_PERSON", 1)
    for answer in (
        browser.post("team:invite", **FORM),
        browser.post("team:resend", invitation.pk),
    ):
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "86400"
    assert Invitation.objects.count() == 1


def test_inviting_takes_the_right(browser, member, invite):
    invitation, _ = invite()
    browser.sign_in(member("viewer", "customer_viewer").user)
    assert browser.get("team:invite").status_code == 403
    assert browser.post("team:invite", **FORM).status_code == 403
    assert browser.post("team:withdraw", invitation.pk).status_code == 403
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1


def test_open_invitations_are_looked_after(browser, invite, settings, committed):
    settings.EMAIL_HOST = "mail.example.com"
    invitation, _ = invite()
    with committed():
        assert browser.post("team:resend", invitation.pk).status_code == 303
    assert len(mail.outbox) == 1
    again = Invitation.objects.get(withdrawn_at=None)
    assert browser.post("team:resend", invitation.pk).status_code == 404
    browser.post("team:withdraw", again.pk)
    assert browser.post("team:withdraw", again.pk).status_code == 404
    assert not Invitation.objects.filter(withdrawn_at=None).exists()


def test_invitations_above_oneself_do_not_exist(browser, invite, member, actor):
    high, _ = invite("high@example.com", terms=[Terms(scope="all", preset="administrator")])
    low, _ = invite("low@example.com", terms=[Terms(scope="subaccounts", preset="customer_viewer")])
    lesser = member("customer", "customer_admin", "subaccounts", may_pass_on=True)
    browser.sign_in(lesser.user)
    assert browser.post("team:withdraw", high.pk).status_code == 404
    seen = invitations.open_invitations(actor_of(lesser))
    assert [each.invitation for each in seen] == [low]
    assert seen[0].access == ["Customer viewer on all subaccounts"]
    assert len(invitations.open_invitations(actor)) == 2
    assert browser.post("team:withdraw", low.pk).status_code == 303


def test_who_sees_no_team_sees_no_invitations(invite, member):
    invite()
    assert invitations.open_invitations(actor_of(member("viewer", "customer_viewer"))) == []


def test_list_of_invitations_takes_the_same_queries_for_many(
    actor, invite, member, accounts, django_assert_num_queries
):
    lesser = actor_of(member("helper", "administrator", may_pass_on=True))
    one = frozenset({accounts[1].pk})
    by_key = Terms(scope="selected", preset="support", account_ids=one)
    for number in range(12):
        invite(f"a{number}@example.com", terms=[by_key, by_key])
    with django_assert_num_queries(3):
        found = invitations.open_invitations(lesser)
    assert len(found) == 12


def test_list_of_invitations_escapes_what_people_typed(rf, actor, invite):
    from django.template.loader import render_to_string

    invite(message="x")
    Invitation.objects.update(name="<img onerror=alert(1)>", expires_at=timezone.now())
    found = invitations.open_invitations(actor)
    html = render_to_string(
        "teams/invitations.html",
        {"invitations": found, "actor": actor, "may": {"team_invite": True}},
        rf.get("/"),
    )
    assert "<img" not in html
    assert "expired" in html


@pytest.mark.parametrize(
    ("page", "done"),
    [("team:remove", "removed"), ("team:suspend", "locked"), ("team:resume", "back")],
)
def test_grave_deeds_ask_first(browser, administrator, page, done):
    if done == "back":
        Member.objects.update(suspended_at=timezone.now())
    before = Member.objects.values().get()
    asked = browser.get(page, administrator.pk)
    assert asked.status_code == 200
    assert b"administrator" in asked.content
    assert Member.objects.values().get() == before
    assert browser.post(page, administrator.pk, reason="x" * 201).status_code == 422
    assert browser.post(page, administrator.pk, reason="Why not").status_code == 303
    left = Member.objects.values_list("suspended_at", flat=True)
    assert {"removed": [], "back": [None]}.get(done, [before]) == list(left) or left[0]
    assert Entry.objects.filter(reason="Why not").exists()


def test_who_goes_takes_their_invitations_along_and_the_page_says_so(
    browser, administrator, invite
):
    invite("friend@example.com", by=actor_of(administrator))
    assert b"friend@example.com" in browser.get("team:remove", administrator.pk).content
    assert b"friend@example.com" not in browser.get("team:suspend", administrator.pk).content


def test_oneself_and_people_above_cannot_be_removed(browser, administrator, member):
    lesser = member("customer", "customer_admin", "subaccounts", may_pass_on=True)
    browser.sign_in(lesser.user)
    assert browser.post("team:remove", administrator.pk).status_code == 404
    own = browser.post("team:remove", lesser.pk)
    assert "Nobody changes their own access" in refused(own, "__all__")
    assert Member.objects.count() == 2


def test_leaving_asks_first(browser, administrator):
    browser.sign_in(administrator.user)
    assert browser.get("team:leave").status_code == 200
    assert Member.objects.exists()
    assert browser.post("team:leave").headers["Location"] == reverse("account_login")
    assert not Member.objects.exists()


def test_leaving_works_although_the_own_session_ends_with_it(
    browser, client, administrator, monkeypatch
):
    from django.contrib.sessions.models import Session

    from teams.services import ending

    monkeypatch.setattr(ending, "on_removal", [lambda *_: Session.objects.all().delete()])
    browser.sign_in(administrator.user)
    answer = browser.post("team:leave")
    assert answer.status_code == 303
    assert b"You have left Harbour Messaging" in client.get(answer.headers["Location"]).content


def test_the_owner_is_shown_the_way_to_hand_over(browser):
    assert reverse("teams:handover", args=["harbour"]).encode() in browser.get("team:leave").content


def test_settings_are_changed_and_written_down(browser):
    assert browser.get("teams:settings").status_code == 200
    answer = browser.post("teams:settings", name="New\nHarbour", second_factor_required="on")
    assert answer.status_code == 303
    workspace = Workspace.objects.get()
    assert (workspace.name, workspace.second_factor_required, workspace.single_sign_on) == (
        "New Harbour",
        True,
        False,
    )
    entry = Entry.objects.get(event="workspace:settings:change")
    assert entry.old == {
        "name": "Harbour Messaging",
        "second_factor_required": False,
        "single_sign_on": True,
    }
    browser.post("teams:settings", name="New Harbour", second_factor_required="on")
    assert Entry.objects.filter(event="workspace:settings:change").count() == 1


def test_settings_take_the_right_and_only_their_fields(browser, member, stranger):
    wrong = browser.post("teams:settings", name=" ", primary_user=stranger.pk, slug="mine")
    assert "required" in refused(wrong, "name")
    assert b"Harbour Messaging" in wrong.content
    browser.post("teams:settings", name="Mine", primary_user=stranger.pk, slug="mine")
    workspace = Workspace.objects.get()
    assert (workspace.slug, workspace.primary_user.username) == ("harbour", "owner")
    browser.sign_in(member("viewer", "customer_viewer").user)
    assert browser.get("teams:settings").status_code == 403


@pytest.mark.parametrize(
    "name",
    ["team:invite", "team:leave", "teams:settings", "teams:handover"],
)
def test_pages_take_few_queries(browser, name, member, django_assert_max_num_queries):
    for number in range(5):
        member(f"m{number}", "support")
    with django_assert_max_num_queries(6):
        assert browser.get(name).status_code == 200


@pytest.mark.parametrize(
    "typed",
    [
        {"form-TOTAL_FORMS": "-1"},
        {"form-TOTAL_FORMS": "9" * 30},
        {"form-TOTAL_FORMS": "x", "more": "1"},
        {"form-TOTAL_FORMS": ["1", "2"], "form-0-scope": ["all", "tag"]},
        {"addresses": "a\0@example.com"},
        {"addresses": "x" * 100_000},
        {"form-0-accounts": "\0", "form-0-scope": "selected"},
        {"form-0-role": "role:9" + "9" * 30},
        {"form-0-tag": "9" * 30, "form-0-scope": "tag"},
        {"form-0-per_day": "NaN"},
        {"form-0-per_day": "1e400"},
        {"form-0-ends_at": "9999-12-31T23:59", "form-0-starts_at": "0001-01-01T00:00"},
        {"form-0-ends_at": "+" * 1000},
    ],
)
def test_az_9_odd_input_is_refused_and_never_a_fault(browser, typed):
    """AZ-9: whatever is sent, a page answers."""
    answer = browser.post("team:invite", **{**FORM, **typed})
    assert answer.status_code in {200, 422}


def test_az_9_ids_that_no_row_can_have_do_not_exist(browser, client):
    huge = int("9" * 40)
    for name in ("team:remove", "team:suspend", "team:resume", "team:resend", "team:withdraw"):
        assert browser.post(name, huge).status_code == 404
    assert client.get("/invitation/%00/", follow=True).status_code == 404
    assert browser.post("teams:offer_handover", member=str(huge)).status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("password", "short", "too short"),
        ("password", "ada@example.com", "too similar"),
        ("username", "OWNER", "taken"),
        ("username", "a b<c", "valid username"),
        ("time_zone", "Mars/Olympus", "valid choice"),
    ],
)
def test_joining_explains_what_is_wrong(client, invite, enter, chosen, field, value, sentence):
    _, token = invite()
    enter(client, token)
    answer = client.post("/invitation/", {**chosen, field: value})
    assert sentence in refused(answer, field)
    assert chosen["password"].encode() not in answer.content
    assert not Member.objects.exists()


def test_a_mail_server_that_refuses_does_not_undo_the_invitation(
    actor, invite, committed, monkeypatch, caplog
):
    from django.core.mail import EmailMessage

    def refuse(self):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", refuse)
    with committed():
        _, token = invite()
    assert Invitation.objects.exists()
    assert "mail not sent" in caplog.text
    assert token not in caplog.text
    assert "ada@example.com" not in caplog.text


def test_mails_are_sent_after_the_commit_and_by_nobody_who_waits(invite, settings):
    from django.db import transaction

    from teams import mailing

    settings.EMAIL_HOST = ""
    assert not mailing.reaches_people()
    with transaction.atomic():
        invite()
    assert mail.outbox == []
