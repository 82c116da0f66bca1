"""Answering invitations: IN-1 to IN-8, each named where it is proved."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from teams.models import Grant, Invitation, Member, User
from teams.policy import actor_of
from teams.services import granting, invitations, membership
from teams.services.granting import Terms

PAGE = "/invitation/"

pytestmark = pytest.mark.django_db


def join(client, chosen, **more):
    return client.post(PAGE, {**chosen, **more})


def test_a_new_person_joins_with_exactly_what_was_promised(
    client, invite, enter, chosen, workspace, owner
):
    _, token = invite(message="See you on Monday.")
    page = enter(client, token)
    assert page.redirect_chain == [(PAGE, 302)]
    for words in ("Harbour Messaging", "owner", "Operator on all subaccounts", "See you on Monday"):
        assert words in page.content.decode()
    answer = join(client, chosen)
    assert answer.headers["Location"] == reverse("accounts:overview", args=[workspace.slug])
    user = User.objects.get(username="ada")
    assert user.check_password(chosen["password"])
    address = user.emailaddress_set.get()
    assert (address.email, address.verified, address.primary) == ("ada@example.com", True, True)
    member = Member.objects.get(user=user)
    assert member.invited_by == owner
    (grant,) = member.grants.all()
    assert Terms.of(grant) == Terms(scope="subaccounts", preset="operator")
    assert client.get(answer.headers["Location"]).status_code == 200
    assert Entry.objects.filter(event="member:invitation:accept", outcome="done").exists()


def test_somebody_with_a_login_joins_with_it_and_keeps_other_workspaces(
    client, invite, enter, person, workspace
):
    from teams.models import Workspace
    from teams.policy import workspaces_of

    ada = person("ada")
    Workspace.objects.create(slug="own", name="Own", primary_user=ada)
    _, token = invite("ada@example.com")
    enter(client, token)
    sign_in = {"login": "ada", "password": "ada and a long password", "next": PAGE}
    assert client.post(reverse("account_login"), sign_in).url == PAGE
    assert client.post(PAGE).status_code == 303
    assert {each.slug for each in workspaces_of(ada)} == {"own", workspace.slug}


def test_who_came_by_a_link_and_signed_in_elsewhere_is_led_back_to_it(
    client, sign_in, invite, enter, person, workspace
):
    sign_in(client, person("ada"))
    invitation, token = invite("ada@example.com")
    enter(client, token)
    assert client.get(reverse("home")).url == PAGE
    client.post(PAGE, {"later": "1"})
    assert client.get(reverse("home")).status_code == 200
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    enter(client, token)
    sign_in(client, person("eve"))
    assert client.get(reverse("home")).status_code == 200


def test_in_1_the_database_holds_no_usable_token(client, invite, enter):
    """IN-1: not in the invitation, and not in the session of whoever follows the link."""
    from django.contrib.sessions.models import Session

    _, token = invite()
    enter(client, token)
    assert len(token) >= 43
    assert token not in str(Invitation.objects.values().get())
    assert token not in str(Session.objects.get().get_decoded())
    assert token not in str(list(Entry.objects.values()))


def test_in_1_a_token_opens_nothing_else(client, invite):
    _, token = invite()
    assert client.get(reverse("teams:enter_setup", args=[token]), follow=True).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_in_2_twenty_browsers_make_one_member(invite, chosen, workspace):
    """IN-2: single use, whoever races."""
    invitation, _ = invite()
    outcomes = race(
        20,
        lambda number: invitations.join(
            invitation, invitations.Newcomer(f"ada{number}", chosen["password"])
        ),
    )
    assert outcomes.count("User") == 1
    assert set(outcomes) <= {"User", "VoidInvitationError", "LoginTakenError"}
    assert Member.objects.count() == 1
    assert User.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_in_2_one_login_in_twenty_sessions_becomes_one_member(invite, person):
    ada = person("ada")
    invitation, _ = invite("ada@example.com")
    outcomes = race(20, lambda _: invitations.accept(invitation, ada))
    assert outcomes.count("Member") == 1
    assert Member.objects.get().grants.count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "other@example.com",
        "a.da@example.com",
        "ada+x@example.com",
        "ad\N{CYRILLIC SMALL LETTER A}@example.com",
        "ada@example.com.evil.example",
        "ada@ex\N{LATIN SMALL LETTER DOTLESS I}ample.com",
    ],
)
def test_in_3_another_address_is_refused(client, sign_in, invite, enter, person, address):
    """IN-3: a dot, a plus or a letter that looks alike is another mailbox."""
    sign_in(client, person("eve", address))
    _, token = invite("ada@example.com")
    assert b"another mail address" in enter(client, token).content
    assert client.post(PAGE).status_code == 403
    assert not Member.objects.exists()
    assert Entry.objects.filter(event="member:invitation:accept", outcome="refused").exists()


def test_in_3_a_dotless_i_is_not_an_i(invite, person):
    invitation, _ = invite("mike@example.com")
    mike = person("eve", "m\N{LATIN SMALL LETTER DOTLESS I}ke@example.com")
    with pytest.raises(invitations.OtherAddressError):
        invitations.accept(invitation, mike)


def test_in_3_case_alone_is_the_same_login(client, invite, person):
    """No second login can differ in case alone, so nobody else can be meant."""
    invitation, _ = invite("Ada@Example.COM")
    invitations.accept(invitation, person("ada", "ADA@example.com"))
    assert Member.objects.exists()


def test_in_3_an_address_that_was_not_proved_is_refused(invite, person):
    invitation, _ = invite("ada@example.com")
    with pytest.raises(invitations.OtherAddressError):
        invitations.accept(invitation, person("eve", "ada@example.com", verified=False))


def test_in_3_nobody_makes_a_second_login_for_an_address(client, invite, enter, chosen, person):
    person("first", "ada@example.com")
    _, token = invite("ada@example.com")
    enter(client, token)
    answer = join(client, chosen)
    assert answer.status_code == 422
    assert b"login with this name or address already" in answer.content
    assert not Member.objects.exists()


def test_in_4_nothing_that_is_sent_widens_it(client, invite, enter, chosen, stranger):
    """IN-4: workspace, role and address stand with the invitation."""
    from teams.models import Workspace

    other = Workspace.objects.create(slug="other", name="Other", primary_user=stranger)
    _, token = invite()
    enter(client, token)
    client.cookies["workspace"] = client.cookies["role"] = "administrator"
    join(
        client,
        chosen,
        workspace=other.pk,
        role="preset:administrator",
        scope="all",
        may_pass_on="on",
        email="eve@example.com",
        is_active="1",
        has_second_factor="1",
    )
    user = User.objects.get(username="ada")
    assert (user.email, user.has_second_factor) == ("ada@example.com", False)
    assert not other.members.exists()
    (grant,) = Grant.objects.filter(member__user=user)
    assert (grant.preset, grant.scope, grant.may_pass_on) == ("operator", "subaccounts", False)


def test_in_5_looking_uses_nothing_up(client, invite, enter, chosen):
    """IN-5: mail scanners look at links; only the form accepts."""
    invitation, token = invite()
    link = reverse("teams:enter_invitation", args=[token])
    for _ in range(10):
        assert client.get(link).status_code == 302
        assert client.head(link).status_code == 302
        assert client.get(PAGE).status_code == 200
        assert client.head(PAGE).status_code == 200
    assert client.post(link).status_code == 405
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert join(client, chosen).status_code == 303


def end(invitation, how, actor, workspace):
    if how == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    elif how == "withdrawn":
        invitations.withdraw(actor, invitation=invitation)
    elif how == "sent again":
        invitations.resend(actor, invitation=invitation)


@pytest.mark.parametrize("how", ["expired", "withdrawn", "sent again"])
def test_in_6_an_ended_invitation_lets_nobody_in_on_any_path(
    client, sign_in, rf, invite, enter, chosen, actor, workspace, person, how
):
    """IN-6: as a new person, signed in, through a reset password, by single sign-on."""
    invitation, token = invite()
    enter(client, token)
    end(invitation, how, actor, workspace)
    assert join(client, chosen).status_code == 404
    ada = person("ada")
    sign_in(client, ada)
    assert client.post(PAGE).status_code == 404
    assert enter(client, token).status_code == 404
    with pytest.raises(invitations.VoidInvitationError):
        invitations.accept(invitation, ada)
    request = rf.get("/")
    request.session = client.session
    assert not invitations.is_invited(request)
    with pytest.raises(invitations.VoidInvitationError):
        invitations.accept_for(ada, request)
    client.logout()
    reset(client, "ada@example.com")
    assert not Member.objects.exists()


def reset(client, email):
    """Choose a new password by mail, and sign in with it."""
    client.post(reverse("account_reset_password"), {"email": email})
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/" in word)
    address = client.get("/" + link.split("/", 3)[3], follow=True).redirect_chain[-1][0]
    new = "a quite different lantern"
    client.post(address, {"password1": new, "password2": new})
    client.post(reverse("account_login"), {"login": email, "password": new, "next": PAGE})
    client.post(PAGE)


def test_in_6_single_sign_on_may_ask_and_accept(client, rf, invite, enter, person):
    _, token = invite("ada@example.com")
    enter(client, token)
    request = rf.get("/")
    request.session = client.session
    assert invitations.is_invited(request)
    assert invitations.is_invited(request, "ada@example.com")
    assert not invitations.is_invited(request, "eve@example.com")
    member = invitations.accept_for(person("ada"), request)
    assert member.grants.count() == 1
    assert not invitations.is_invited(request)


@pytest.mark.parametrize("change", ["removed", "suspended", "demoted", "ended", "switched off"])
def test_in_7_an_invitation_is_worth_what_its_inviter_is(
    client, invite, enter, chosen, actor, administrator, change
):
    """IN-7: the inviter's rights are judged again at the moment of the acceptance."""
    _, token = invite(by=actor_of(administrator))
    enter(client, token)
    grant = administrator.grants.get()
    match change:
        case "removed":
            membership.remove(actor, member=administrator)
        case "suspended":
            membership.suspend(actor, member=administrator)
        case "demoted":
            less = Terms(scope="all", preset="access_administrator", may_pass_on=True)
            granting.change(actor, grant=grant, terms=less)
        case "ended":
            granting.end(actor, grant=grant)
        case _:
            User.objects.filter(pk=administrator.user_id).update(is_active=False)
    assert client.get(PAGE).status_code == 404
    assert join(client, chosen).status_code == 404
    assert not User.objects.filter(username="ada").exists()


def test_in_8_all_dead_links_look_the_same(client, invite, enter, chosen, actor):
    """IN-8: one page, which tells neither address nor reason."""
    from django.test import Client

    bodies = set()
    for how in ("unknown", "used", "expired", "withdrawn"):
        invitation, token = invite(f"{how}@example.com")
        if how == "used":
            used = Client()
            enter(used, token)
            join(used, {**chosen, "username": how})
        end(invitation, how, actor, None)
        Invitation.objects.filter(pk=invitation.pk).update(
            expires_at=timezone.now() + timedelta(days=-1 if how == "expired" else 1)
        )
        page = enter(Client(), "guessed" if how == "unknown" else token)
        assert page.status_code == 404
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in page.headers["Cache-Control"]
        assert b"@example.com" not in page.content
        bodies.add(page.content)
    assert len(bodies) == 1


def test_in_8_the_token_leaves_the_address_and_is_told_to_nobody(client, invite):
    _, token = invite()
    answer = client.get(reverse("teams:enter_invitation", args=[token]))
    assert answer.url == PAGE
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    page = client.get(PAGE)
    assert token.encode() not in page.content
    # A page that keeps its origin back sends `Origin: null` with its form, which is refused.
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_in_8_a_guess_leaves_no_session_behind(client, enter):
    from django.contrib.sessions.models import Session

    enter(client, "guessed")
    assert not Session.objects.exists()


def race(number, act):
    """Do it so many times at once; return the type of each result or error."""
    start, outcomes = threading.Barrier(number), []

    def run(index):
        start.wait()
        try:
            outcomes.append(type(act(index)).__name__)
        except Exception as error:  # noqa: BLE001 - which one it was is the result
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return outcomes
