"""A copy of the installation at another address moves no money until a person confirms it."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.db import connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from operations.errors import RefusedError
from operations.models import Attempt, Installation, Lane
from operations.services import lanes, moving, sending, switching
from operations.services.sending.claim import claim
from operations.states import State
from teams.models import Workspace

pytestmark = pytest.mark.django_db(transaction=True)

PRODUCTION, STAGING = "https://switchboard.example.com", "https://staging.example.com"
HERE = "/w/harbour/needs-you/"


@pytest.fixture
def production(settings, harbour):
    """An installation that is at work at its own address."""
    settings.BASE_URL = PRODUCTION
    assert moving.is_at_home()


@pytest.fixture
def staging(production, ask, settings):
    """A copy of it under another address, in which a transfer waits to be sent."""
    operation = ask()
    settings.BASE_URL = STAGING
    return operation


@pytest.fixture
def other(owner):
    """Another workspace, which has never asked for anything."""
    return Workspace.objects.create(slug="quay", name="Quay", primary_user=owner)


def made(vonage) -> int:
    return len(vonage.state.store.all(vonage.state.store.transfers))


def lane(workspace) -> Lane:
    return Lane.objects.get(pk=workspace.pk)


def confirm(actor) -> bool:
    since = lane(actor.workspace).halted_at
    return switching.go_on(actor, reason="We moved.", shown=0, halted_at=since)


# Binding


def test_installation_of_before_binds_itself_where_it_is(harbour, ask, settings):
    operation = ask()
    Installation.objects.update(base_url="")
    settings.BASE_URL = PRODUCTION
    assert sending.send_ready() == 1
    operation.refresh_from_db()
    assert operation.state == State.SUCCEEDED
    assert Installation.objects.get().base_url == PRODUCTION
    settings.BASE_URL = STAGING
    assert not moving.is_at_home()


def test_claim_before_anything_was_bound_sends_nothing_yet(harbour, ask, send):
    operation = ask()
    Installation.objects.update(base_url="")
    assert claim(operation.pk, timezone.now()) is None
    assert not Lane.objects.exclude(halt="").exists()
    assert send(operation).state == State.SUCCEEDED


@pytest.mark.parametrize("is_there", [True, False])
def test_of_many_processes_one_binds_it_and_the_others_halt(harbour, is_there):
    if is_there:
        Installation.current_code()
        Installation.objects.update(base_url="")
    gate, seen = threading.Barrier(6), []
    addresses = [f"https://{letter}.example.com" for letter in "abcdef"]

    def begin(address):
        # The settings are those of all threads, so each says itself where it is.
        try:
            gate.wait(30)
            bound = Installation.bind(address)
            seen.append((address, bound))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=begin, args=[each]) for each in addresses]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    bound = Installation.objects.get().base_url
    assert len(seen) == 6
    assert {told for _, told in seen} == {bound}
    for address in addresses:
        with override_settings(BASE_URL=address):
            assert moving.is_at_home() == (address == bound)


# A copy


def test_copy_claims_and_sends_nothing(staging, vonage, workspace):
    assert claim(staging.pk, timezone.now()) is None
    assert sending.send_ready() == 0
    assert not sending.send_one(staging.pk)
    staging.refresh_from_db()
    assert (staging.state, Attempt.objects.count(), made(vonage)) == (State.READY, 0, 0)
    assert lane(workspace).halt == Lane.Halt.MOVED


def test_claim_alone_notices_it_behind_the_lock(staging, vonage, workspace):
    assert lane(workspace).halt == ""
    assert claim(staging.pk, timezone.now()) is None
    assert lane(workspace).halt == Lane.Halt.MOVED


def test_halt_names_both_addresses_and_stands_in_the_book(staging, workspace):
    assert not moving.is_at_home()
    assert not moving.is_at_home()
    sentence = f"Switchboard answered at {PRODUCTION} before, and answers at {STAGING} now."
    assert lane(workspace).halt_reason == sentence
    entry = Entry.objects.get(event="workspace:sending:halt")
    assert (entry.new, entry.reason, entry.actor_id) == ({"why": "moved"}, sentence, None)


def test_workspace_that_has_asked_for_nothing_is_halted_too(staging, other):
    assert not Lane.objects.filter(pk=other.pk).exists()
    moving.is_at_home()
    assert lane(other).halt == Lane.Halt.MOVED


def test_coming_back_lets_nothing_go_on(staging, settings, workspace, vonage):
    moving.is_at_home()
    settings.BASE_URL = PRODUCTION
    assert moving.is_at_home()
    assert sending.send_ready() == 0
    assert (lane(workspace).halt, made(vonage)) == (Lane.Halt.MOVED, 0)


def test_another_port_of_this_machine_sends(harbour, ask, send, settings):
    operation = ask()
    settings.BASE_URL = "http://localhost:8123"
    assert send(operation).state == State.SUCCEEDED


def test_claim_learns_the_address_in_the_query_that_reads_the_operation(harbour, ask):
    operation = ask()
    with CaptureQueriesContext(database) as queries:
        assert claim(operation.pk, timezone.now())
    asked = [each["sql"] for each in queries if "operations_installation" in each["sql"]]
    assert len(asked) == 1
    assert 'FROM "operations_operation"' in asked[0]


# Confirming


def test_person_confirms_the_new_address(staging, actor, send, vonage):
    moving.is_at_home()
    assert confirm(actor)
    assert Installation.objects.get().base_url == STAGING
    assert send(staging).state == State.SUCCEEDED
    entry = Entry.objects.get(event="workspace:sending:resume")
    assert (entry.old, entry.new) == ({"why": "moved"}, {"address": STAGING})


def test_one_workspace_does_not_go_on_with_the_consent_of_another(staging, actor, other, owner):
    from teams.policy import Actor

    confirmed = Lane.objects.get(pk=actor.workspace.pk)
    with pytest.raises(RefusedError):  # nobody has been shown the move yet
        switching.go_on(actor, reason="We moved.", shown=0, halted_at=confirmed.halted_at)
    assert confirm(actor)
    assert lane(other).halt == Lane.Halt.MOVED
    assert moving.is_at_home()
    assert lane(other).halt == Lane.Halt.MOVED
    assert confirm(Actor(owner, other))
    assert not Lane.objects.exclude(halt="").exists()


def test_old_address_is_the_moved_one_once_the_new_one_is_confirmed(staging, actor, settings):
    moving.is_at_home()
    confirm(actor)
    settings.BASE_URL = PRODUCTION
    assert sending.send_ready() == 0
    assert f"before, and answers at {PRODUCTION} now." in lane(actor.workspace).halt_reason


def test_whoever_was_shown_another_halt_confirms_no_address(production, actor, settings):
    switching.stop(actor, reason="Something is odd.")
    shown = lane(actor.workspace).halted_at
    settings.BASE_URL = STAGING
    with pytest.raises(RefusedError, match="another address"):
        switching.go_on(actor, reason="It was nothing.", shown=0, halted_at=shown)
    said = lane(actor.workspace)
    assert said.halt == Lane.Halt.MOVED
    assert said.halt_reason.endswith("Before that: somebody stopped it. Something is odd.")
    assert Installation.objects.get().base_url == PRODUCTION


def test_what_stopped_it_before_is_still_said_after_two_moves(production, actor, settings):
    switching.stop(actor, reason="Something is odd.")
    for address in (STAGING, "https://third.example.com", "https://third.example.com"):
        settings.BASE_URL = address
        moving.is_at_home()
    first, _, earlier = lane(actor.workspace).halt_reason.partition("\n")
    assert first.endswith("https://third.example.com now.")
    assert earlier == "Before that: somebody stopped it. Something is odd."
    assert Entry.objects.filter(event="workspace:sending:halt").count() == 3


def test_lane_that_is_let_go_without_a_word_about_the_address_is_halted_again(
    staging, workspace, send
):
    moving.is_at_home()
    lanes.resume(workspace.pk, reason="I do not know what it is about.")
    assert send(staging).state == State.READY
    assert lane(workspace).halt == Lane.Halt.MOVED


def test_page_says_it_and_takes_the_confirmation(staging, owner, workspace):
    moving.is_at_home()
    browser = Client()
    browser.force_login(owner)
    overview = browser.get("/w/harbour/").content.decode()
    page = browser.get(HERE).content.decode()
    for each in (overview, page):
        assert "this installation answers at another address than before" in each
        assert PRODUCTION in each
        assert STAGING in each
    assert "If this is a copy, leave it stopped" in page
    mark = lane(workspace).halted_at.isoformat()
    assert f'name="halted" value="{mark}"' in page
    given = {"reason": "We moved.", "shown": "0"}
    for wrong in ("", "nonsense", "2020-01-01T00:00:00", "2020-01-01T00:00:00+00:00"):
        answer = browser.post("/w/harbour/sending/resume/", {**given, "halted": wrong})
        assert answer.status_code == 422
    answer = browser.post("/w/harbour/sending/resume/", {**given, "halted": mark})
    assert answer.status_code == 303
    assert Installation.objects.get().base_url == STAGING


def test_command_tells_both_addresses_and_confirms_with_yes_only(staging, workspace, capsys):
    moving.is_at_home()
    call_command("money_resume", workspace.slug)
    said = capsys.readouterr().out
    assert PRODUCTION in said
    assert STAGING in said
    assert Installation.objects.get().base_url == PRODUCTION
    call_command("money_resume", workspace.slug, "--yes", "--reason", "We moved.")
    assert Installation.objects.get().base_url == STAGING
    assert lane(workspace).halt == ""
