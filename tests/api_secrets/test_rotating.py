"""Replacing an API secret: each step once, whatever dies in between, and nobody locked out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Connection
from api_secrets.models import Campaign, HeldSecret, Rotation
from api_secrets.services import campaigns, handing_over, holding, keeping, proving, rotating
from operations import wire
from operations.errors import RefusedError
from operations.models import Operation
from operations.services.sending import send_one
from operations.services.settling import settle_due
from operations.services.sweeping import sweep
from operations.states import State
from simulator.faults import Rule
from subaccounts import new_secrets
from vault.fields import unseal_from
from vonage_api import Credentials, Hosts, Timeouts, VonageClient
from vonage_api.errors import VonageError

pytestmark = pytest.mark.django_db(transaction=True)
QUICK = Timeouts(connect=1, read=2, total=3)


@pytest.fixture
def known(sub):
    keeping.read(sub)
    return sub


def work_off():
    """Do what workers do with the outbox."""
    sweep(timezone.now())
    for pk in Operation.objects.filter(state=State.READY).values_list("pk", flat=True):
        send_one(pk)
    settle_due(timezone.now())


@pytest.fixture
def walk(later):
    """Let everything happen that happens by itself, for `rounds` rounds of six seconds."""

    def run(rotation, rounds=6):
        for _ in range(rounds):
            later(6)
            work_off()
            rotating.advance_due(timezone.now())
        rotation.refresh_from_db()
        return rotation

    return run


@pytest.fixture
def ids(vonage, sub):
    return lambda account=sub: {each.id for each in vonage.state.account(account.api_key).secrets}


def test_old_one_is_revoked_when_the_developer_has_confirmed(actor, known, walk, ids, vonage):
    (old,) = ids()
    rotation = walk(rotating.start(actor, known))
    assert rotation.proved_at
    assert not rotation.revoked
    assert len(ids()) == 2

    offer = handing_over.offer(actor, rotation.added)
    digest = handing_over.digest_of(offer.token)
    value = handing_over.take(digest, offer.code)
    assert walk(rotation).ended_at is None, "taken is not in use"
    handing_over.confirm(digest)
    walk(rotation)
    assert rotation.end == Rotation.End.DONE
    assert old not in ids()
    assert len(ids()) == 1
    assert vonage.state.authenticate(api_key=known.api_key, secret=value.reveal())


def test_old_one_stays_while_nobody_has_the_new_one_whatever_the_date(actor, known, walk, ids):
    due = timezone.now() + timedelta(seconds=20)
    rotation = walk(rotating.start(actor, known, due_at=due), rounds=30)
    assert rotation.ended_at is None
    assert "Nobody has taken" in rotation.detail
    assert len(ids()) == 2
    with pytest.raises(RefusedError, match="Nobody has the new secret"):
        rotating.confirm(actor, rotation)
    new_secrets.take_out(actor, rotation.added)
    walk(rotation, rounds=14)
    assert rotation.end == Rotation.End.DONE
    assert len(ids()) == 1


def test_word_of_the_team_is_enough(actor, known, walk, ids):
    rotation = walk(rotating.start(actor, known))
    new_secrets.take_out(actor, rotation.added)
    assert rotating.confirm(actor, rotation)
    assert not rotating.confirm(actor, rotation)
    walk(rotation)
    assert rotation.end == Rotation.End.DONE
    assert ids() == {rotation.added.remote_id}


class Death(BaseException):
    """What a process dies of."""


POINTS = {
    "before the list": (keeping, "read"),
    "after the list": (rotating, "_ask"),
    "before the operation is on the rotation": (rotating.asking, "confirm"),
    "before the proof": (proving, "opens"),
    "before it is written down as proven": (holding, "hold"),
}


UNUSED = ("users", "before it is written down as proven")  # nothing is held of these


@pytest.mark.parametrize(
    ("purpose", "point"),
    [(who, point) for who in ("users", "ours") for point in POINTS if (who, point) != UNUSED],
)
def test_death_between_two_steps_repeats_nothing_and_loses_nothing(
    point, purpose, actor, known, primary, walk, ids, monkeypatch, later
):
    account = known if purpose == "users" else primary
    keeping.read(account)
    place, name = POINTS[point]
    real, deaths = getattr(place, name), []

    def die(*args, **kwargs):
        result = real(*args, **kwargs)
        if not deaths:
            deaths.append(name)
            raise Death
        return result

    monkeypatch.setattr(place, name, die)
    rotation = rotating.start(actor, account, purpose=purpose)
    with pytest.raises(Death):
        walk(rotation)
    for _ in range(20):  # until the claim of the dead one is over
        later(6.5)
        work_off()
    walk(rotation)
    if purpose == "users":
        new_secrets.take_out(actor, rotation.added)
        rotating.confirm(actor, rotation)
        walk(rotation)
    assert deaths
    assert rotation.end == Rotation.End.DONE
    assert ids(account) == {rotation.added.remote_id}
    kinds = Operation.objects.filter(account=account).values_list("kind", flat=True)
    assert sorted(kinds) == ["add_secret", "revoke_secret"]


@pytest.mark.parametrize("fault", ["drop-before", "drop-after", "500-after", "hang-after"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_lost_answers_lock_nobody_out(fault, method, actor, primary, walk, ids, vonage, connection):
    keeping.read(primary)
    vonage.faults.add(Rule(fault, method, "/secrets"))
    rotation = walk(rotating.start(actor, primary, purpose="ours"), rounds=10)
    assert rotation.ended_at
    with wire.client(primary.workspace_id, QUICK) as client:
        assert client.account.get_balance()
    assert len(ids(primary)) == 1


def test_workspace_signs_in_with_its_new_secret_and_revokes_the_old(
    actor, primary, walk, ids, connection, vonage
):
    keeping.read(primary)
    before = unseal_from(connection, "api_secret").reveal()
    (old,) = ids(primary)
    rotation = walk(rotating.start(actor, primary, purpose="ours"))
    assert rotation.end == Rotation.End.DONE
    now = Connection.objects.get(pk=connection.pk)
    assert now.secret_id == rotation.added.remote_id
    assert ids(primary) == {now.secret_id} != {old}
    assert not vonage.state.authenticate(api_key=primary.api_key, secret=before)
    assert not new_secrets.is_kept(actor, rotation.added)
    with pytest.raises(RefusedError):
        handing_over.offer(actor, rotation.added)


def test_own_secret_that_does_not_work_is_never_switched_to(
    actor, primary, walk, ids, monkeypatch, connection
):
    keeping.read(primary)
    monkeypatch.setattr(proving, "opens", lambda _: False)
    rotation = walk(rotating.start(actor, primary, purpose="ours"))
    assert rotation.end == Rotation.End.STOPPED
    assert "does not let the new secret in" in rotation.detail
    assert Connection.objects.get(pk=connection.pk).secret_id == ""
    assert len(ids(primary)) == 2
    with wire.client(primary.workspace_id, QUICK) as client:
        assert client.account.get_balance()


def test_held_secret_signs_in_as_the_subaccount(actor, known, walk, ids):
    with pytest.raises(holding.NotHeldError), holding.client_of(known, QUICK):
        pass
    rotation = walk(rotating.start(actor, known, purpose="ours", replaces=False))
    assert rotation.end == Rotation.End.DONE
    assert len(ids()) == 2
    assert HeldSecret.objects.get().remote_id == rotation.added.remote_id
    with holding.client_of(known, QUICK) as client:
        assert client.account.get_balance().value == 10


def test_held_secret_that_was_revoked_elsewhere_is_seen(actor, known, walk, vonage):
    rotation = walk(rotating.start(actor, known, purpose="ours", replaces=False))
    elsewhere = VonageClient(
        credentials=Credentials(api_key=vonage.api_key, api_secret=vonage.api_secret),
        hosts=Hosts(api=vonage.url, rest=vonage.url),
    )
    with elsewhere as client:
        client.secrets.revoke(rotation.added.remote_id, known.api_key)
    with pytest.raises(VonageError), holding.client_of(known, QUICK) as client:
        client.account.get_balance()
    assert HeldSecret.objects.get().refused_at


def test_held_secret_is_forgotten_when_it_is_revoked(actor, known, walk, send):
    from operations.services import asking

    rotation = walk(rotating.start(actor, known, purpose="ours", replaces=False))
    draft = asking.draft(
        actor,
        kind="revoke_secret",
        form_token="held",
        account=known,
        wanted={"secret_id": rotation.added.remote_id},
    )
    assert send(asking.confirm(actor, draft)).state == State.SUCCEEDED
    assert not HeldSecret.objects.exists()


def test_two_secrets_are_too_many_to_begin_with(actor, known, walk):
    walk(rotating.start(actor, known, replaces=False))
    with pytest.raises(RefusedError, match="Both places are taken"):
        rotating.start(actor, known)


def test_second_secret_made_elsewhere_stops_it_before_anything_is_asked_for(
    actor, known, walk, vonage
):
    from vonage_api import Secret

    with VonageClient(
        credentials=Credentials(api_key=vonage.api_key, api_secret=vonage.api_secret),
        hosts=Hosts(api=vonage.url, rest=vonage.url),
    ) as client:
        client.secrets.create(Secret("MadeElsewhere1"), known.api_key)
    rotation = walk(rotating.start(actor, known))
    assert rotation.end == Rotation.End.STOPPED
    assert "has 2 API secrets" in rotation.detail
    assert not Operation.objects.exists()


def test_two_starts_are_one_rotation(actor, known):
    assert rotating.start(actor, known) == rotating.start(actor, known)


def test_starter_who_may_no_more_starts_nothing(actor, known, walk, monkeypatch):
    rotation = rotating.start(actor, known)
    monkeypatch.setattr(rotating, "actor_in", lambda *_: None)
    walk(rotation)
    assert rotation.end == Rotation.End.STOPPED
    assert not Operation.objects.exists()


def test_stopped_campaign_takes_no_step_until_it_goes_on(actor, known, walk, ids):
    campaign = campaigns.begin(actor, [known], name="All hotels", due_at=None)
    assert campaigns.stop(actor, campaign)
    rotation = walk(campaign.rotations.get())
    assert rotation.added is None
    assert campaigns.resume(actor, campaign)
    walk(rotation)
    assert rotation.proved_at
    assert len(ids()) == 2


def test_campaign_leaves_out_what_is_being_replaced(actor, known):
    rotating.start(actor, known)
    with pytest.raises(RefusedError, match="being replaced already"):
        campaigns.begin(actor, [known], name="All hotels", due_at=None)
    assert not Campaign.objects.exists()
