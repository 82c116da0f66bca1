"""What needs a person: the switch, what was found in the books, and outcomes that people settle."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from operations.errors import RefusedError
from operations.models import Finding, Lane, Operation
from operations.services import judging, lanes, switching
from operations.states import State
from simulator.faults import Rule
from subaccounts.models import RemoteTransfer
from subaccounts.services import verifying
from subaccounts.services.listing import moved_by_kind
from teams.models import Member, User
from teams.policy import MissingCapabilityError, actor_of
from tests.cast import grant

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "/w/harbour/needs-you/"


@pytest.fixture
def person(workspace):
    def make(name, preset, scope="all", **terms):
        user = User.objects.create_user(username=name, email=f"{name}@example.com", password="")
        member = Member.objects.create(workspace=workspace, user=user)
        grant(member, preset, scope, **terms)
        return actor_of(member)

    return make


@pytest.fixture
def browse():
    def sign_in(user) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return sign_in


@pytest.fixture
def found(workspace, harbour):
    """Say that the books do not match; return the finding."""

    def find(kind=Finding.Kind.DOUBLE, key="one"):
        lanes.find(workspace.pk, kind, key=key, detail=f"The detail of {key}.")
        return Finding.objects.get(key=key)

    return find


@pytest.fixture
def doubtful(ask, send, vonage, elsewhere, primary, sub):
    """A transfer of which only a person can tell whether it is the one that Vonage lists."""
    operation = ask("2.50")
    vonage.faults.add(Rule("drop-before", "POST", "/balance-transfers"))
    send(operation)
    made = elsewhere(primary.api_key, sub.api_key, "2.50")
    Operation.objects.filter(pk=operation.pk).update(
        state=State.NEEDS_HUMAN, detail="Is it this one?"
    )
    operation.refresh_from_db()
    return operation, made


def test_whoever_approves_may_stop_and_not_let_it_go_on(person, ask, send):
    approver = person("approver", "approver")
    assert switching.stop(approver, reason="Something is odd.")
    assert not switching.stop(approver, reason="Again.")
    assert send(ask()).state == State.READY
    with pytest.raises(MissingCapabilityError):
        switching.go_on(approver, reason="All is well.", shown=0)


def test_whoever_does_neither_may_not_stop(person, harbour):
    with pytest.raises(MissingCapabilityError):
        switching.stop(person("mover", "finance"), reason="I can.")


def test_what_waited_is_sent_when_it_goes_on(actor, ask, send):
    switching.stop(actor, reason="Something is odd.")
    operation = ask()
    assert send(operation).state == State.READY
    assert switching.go_on(actor, reason="It was a mistake.", shown=0)
    assert send(operation).state == State.SUCCEEDED
    reasons = Entry.objects.filter(event__startswith="workspace:sending:")
    assert list(reasons.order_by("seq").values_list("reason", flat=True)) == [
        "Something is odd.", "It was a mistake.",
    ]  # fmt: skip


def test_it_does_not_go_on_past_what_was_not_shown(actor, found, workspace):
    shown = found()
    found(key="two")
    with pytest.raises(RefusedError, match="found meanwhile"):
        switching.go_on(actor, reason="All is well.", shown=shown.pk)
    newest = Finding.objects.latest("pk").pk
    assert switching.go_on(actor, reason="All is well.", shown=newest)
    assert not Finding.objects.filter(seen_at=None).exists()
    assert not Lane.objects.get(pk=workspace.pk).is_closed


def test_finding_that_stops_nothing_is_seen_by_itself(actor, found, owner):
    finding = found(Finding.Kind.ECHO)
    assert switching.see_findings(actor, shown=finding.pk) == 1
    assert switching.see_findings(actor, shown=finding.pk) == 0
    finding.refresh_from_db()
    assert finding.seen_by == owner
    assert Entry.objects.get(event="workspace:finding:see").new == {"about": ["one"]}


def test_finding_that_stops_all_is_seen_by_going_on(actor, found):
    with pytest.raises(RefusedError):
        switching.see_findings(actor, shown=found().pk)


def test_page_shows_findings_before_it_goes_on(browse, owner, found, workspace):
    browser, finding = browse(owner), found()
    page = browser.get(HERE).content.decode()
    assert "The detail of one." in page
    assert f'name="shown" value="{finding.pk}"' in page
    resume = "/w/harbour/sending/resume/"
    assert browser.post(resume, {"shown": finding.pk}).status_code == 422, "no reason"
    assert browser.post(resume, {"reason": "I looked."}).status_code == 422, "not shown"
    assert browser.post(resume, {"reason": "I looked.", "shown": finding.pk}).status_code == 303
    assert not Lane.objects.get(pk=workspace.pk).halt


def test_going_on_takes_a_password_of_the_last_minutes(browse, owner, actor, harbour, workspace):
    switching.stop(actor, reason="Odd.")
    browser = browse(owner)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1.0}]
    session.save()
    answer = browser.post("/w/harbour/sending/resume/", {"reason": "Well.", "shown": "0"})
    assert answer["Location"].startswith("/confirm/")
    assert Lane.objects.get(pk=workspace.pk).halt


def test_reason_to_go_on_stays_where_more_was_found(browse, owner, found, workspace):
    seen = found()
    found(key="two")
    given = {"reason": "All is explained.", "shown": seen.pk}
    refused = browse(owner).post("/w/harbour/sending/resume/", given)
    assert refused.status_code == 422
    assert 'value="All is explained."' in refused.content.decode()


def test_only_who_could_ask_for_it_is_offered_to_ask_again(browse, owner, person, ask, send):
    operation = send(ask("2.50"))
    Operation.objects.filter(pk=operation.pk).update(
        state=State.NOT_EXECUTED, closed_at=timezone.now()
    )
    url = f"/w/harbour/operations/{operation.reference}/"
    assert "and ask again" in browse(owner).get(url).content.decode()
    viewer = browse(person("viewer", "auditor").user)
    assert "Not seen at Vonage" in viewer.get(url).content.decode()
    assert "and ask again" not in viewer.get(url).content.decode()


def test_stopping_by_the_page_takes_a_reason(browse, owner, harbour, workspace):
    browser = browse(owner)
    assert browser.post("/w/harbour/sending/halt/").status_code == 422
    assert not Lane.objects.get(pk=workspace.pk).halt
    browser.post("/w/harbour/sending/halt/", {"reason": "Something is odd."})
    assert Lane.objects.get(pk=workspace.pk).halt_reason == "Something is odd."


@pytest.mark.parametrize("path", ["", "transfers/", "transfers/new/", "approvals/", "needs-you/"])
def test_standstill_is_said_on_the_overview_and_pages_of_money(
    browse, owner, actor, harbour, path, django_assert_num_queries, django_assert_max_num_queries
):
    browser = browse(owner)
    url = f"/w/harbour/{path}"
    assert "somebody stopped it" not in browser.get(url).content.decode()
    with django_assert_max_num_queries(60) as open_lane:
        browser.get(url)
    switching.stop(actor, reason="Something is odd.")
    with django_assert_num_queries(len(open_lane)):
        page = browser.get(url).content.decode()
    assert "somebody stopped it" in page
    assert "Something is odd." in page


def test_reason_is_not_for_those_who_look_after_single_accounts(browse, person, found, sub):
    found()
    customer = person("customer", "operator", "selected", accounts=[sub])
    page = browse(customer.user).get("/w/harbour/").content.decode()
    assert "the books do not match" in page
    assert "The detail of one." not in page


def test_viewer_of_figures_hears_nothing_of_it(browse, person, actor, harbour, sub):
    switching.stop(actor, reason="Something is odd.")
    viewer = person("viewer", "support", "selected", accounts=[sub])
    page = browse(viewer.user).get("/w/harbour/").content.decode()
    assert "Overview" in page
    assert "Nothing is sent" not in page


def test_only_those_who_can_do_something_come_in(browse, person, harbour):
    assert browse(person("mover", "finance").user).get(HERE).status_code == 403
    assert browse(person("approver", "approver").user).get(HERE).status_code == 200


def test_old_unknown_outcomes_are_listed_and_young_ones_are_not(browse, owner, ask, send, vonage):
    vonage.faults.add(Rule("drop-after", "POST", "/balance-transfers"))
    operation = send(ask())
    assert operation.state == State.UNKNOWN
    browser = browse(owner)
    assert operation.reference not in browser.get(HERE).content.decode()
    Operation.objects.update(unknown_since=timezone.now() - timedelta(minutes=21))
    assert operation.reference in browser.get(HERE).content.decode()


def test_person_says_which_transfer_it_was(doubtful, browse, owner, audit, actor, workspace):
    operation, made = doubtful
    audit()
    browser = browse(owner)
    url = f"/w/harbour/operations/{operation.reference}/"
    assert operation.reference in browser.get(HERE).content.decode()
    assert made.id in browser.get(url).content.decode()
    given = {"happened": "yes", "reason": "The customer has it."}
    refused = browser.post(f"{url}judge/", {**given, "was": "made-up"})
    assert refused.status_code == 422
    assert 'value="The customer has it."' in refused.content.decode()
    assert f'hx-get="{url}?version' in refused.content.decode(), "what judges cannot be looked at"
    refused = browser.post(f"{url}judge/", {**given, "was": made.id, "reason": ""})
    assert re.search(rf'value="{made.id}"\s+checked', refused.content.decode())
    assert browser.post(f"{url}judge/", {**given, "was": made.id}).status_code == 303
    operation.refresh_from_db()
    assert (operation.state, operation.remote_id) == (State.SUCCEEDED, made.id)
    assert operation.resolution == Operation.Resolution.HUMAN
    assert RemoteTransfer.objects.get(remote_id=made.id).operation == operation
    entry = Entry.objects.filter(event="account:transfer:settle").latest("seq")
    assert (entry.actor_id, entry.reason) == (owner.pk, "The customer has it.")
    lists = verifying.read_lists(workspace.pk)
    broken = [each for each in verifying.violations(workspace.pk, lists) if each.invariant == "I2"]
    assert broken == []


def test_person_says_that_it_did_not_happen(doubtful, actor, audit):
    operation, _ = doubtful
    audit()
    judging.judge(actor, operation, was=None, reason="That one was the colleague's.")
    operation.refresh_from_db()
    assert operation.state == State.NOT_EXECUTED
    assert not RemoteTransfer.objects.filter(operation=operation).exists()


def test_nobody_says_that_it_happened_where_vonage_lists_nothing(doubtful, actor):
    operation, made = doubtful
    for was in ("", made.id):
        with pytest.raises(RefusedError, match="which one"):
            judging.judge(actor, operation, was=was, reason="I am sure.")


def test_nobody_says_that_it_did_not_happen_where_vonage_lists_our_reference(
    doubtful, actor, elsewhere, primary, sub, workspace
):
    operation, _ = doubtful
    RemoteTransfer.objects.create(
        workspace=workspace, kind=moved_by_kind(operation.kind), remote_id="other", account=sub,
        from_key=primary.api_key, to_key=sub.api_key, amount=9, reference=operation.reference,
        created_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(RefusedError, match="did happen"):
        judging.judge(actor, operation, was=None, reason="No.")
    judging.judge(actor, operation, was="other", reason="It is the one, with a wrong amount.")
    operation.refresh_from_db()
    assert operation.remote_id == "other"


def test_transfer_of_another_operation_cannot_be_chosen(doubtful, ask, send, actor, audit):
    operation, _ = doubtful
    other = send(ask("2.50"))
    assert other.state == State.SUCCEEDED
    audit()
    with pytest.raises(RefusedError, match="which one"):
        judging.judge(actor, operation, was=other.remote_id, reason="I am sure.")


def test_right_to_judge_is_needed_on_the_account(doubtful, person):
    operation, _ = doubtful
    narrow = person("narrow", "approver", "selected", accounts=[])
    with pytest.raises(MissingCapabilityError):
        judging.judge(narrow, operation, was=None, reason="No.")


def test_list_costs_the_same_however_long_it_is(
    doubtful, ask, browse, owner, django_assert_max_num_queries, django_assert_num_queries
):
    browser = browse(owner)
    browser.get(HERE)
    with django_assert_max_num_queries(25) as first:
        browser.get(HERE)
    for amount in ("2.60", "2.70"):
        Operation.objects.filter(pk=ask(amount).pk).update(state=State.NEEDS_HUMAN)
    with django_assert_num_queries(len(first)):
        assert browser.get(HERE).content.decode().count("/operations/") == 3
