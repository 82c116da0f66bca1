"""Tags: who may put them where, and what that gives to people."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Account, AccountTag, Tag
from accounts.services import tagging
from audit.models import Entry
from teams.capabilities import Capability
from teams.policy import MissingCapabilityError
from teams.services import reach
from tests.cast import grant


def seen(cast, name: str) -> set[str]:
    visible = Account.objects.visible_to(cast.actor(name), Capability.ACCOUNT_VIEW)
    return {each.name.removeprefix("seen-name-") for each in visible}


def put(cast, actor: str, tag: str, *names: str) -> int:
    rows = [cast.accounts[name] for name in names]
    return tagging.put(cast.actor(actor), tag=cast.tags[tag], accounts=rows)


def take_off(cast, actor: str, tag: str, *names: str) -> int:
    rows = [cast.accounts[name] for name in names]
    return tagging.take_off(cast.actor(actor), tag=cast.tags[tag], accounts=rows)


def test_account_with_the_tag_is_held_at_once_and_without_it_no_more(cast):
    assert put(cast, "owner", "pilot", "alpha", "pilot_one") == 1
    assert seen(cast, "developer") == {"alpha", "pilot_one", "pilot_two"}
    assert take_off(cast, "owner", "pilot", "pilot_one", "solo") == 1
    assert seen(cast, "developer") == seen(cast, "customer_admin") == {"alpha", "pilot_two"}
    assert reach.differences() == []


def test_account_stays_held_by_another_grant(cast):
    pilots = [cast.accounts["pilot_one"]]
    grant(cast.members["developer"], "support", "selected", accounts=pilots)
    take_off(cast, "owner", "pilot", "pilot_one")
    assert seen(cast, "developer") == {"pilot_one", "pilot_two"}
    actor = cast.actor("developer")
    assert not Account.objects.visible_to(actor, Capability.SECRET_REVEAL).filter(pk=pilots[0].pk)


def test_tag_by_which_nobody_holds_anything_is_put_by_whoever_may_tag(cast):
    assert put(cast, "operator", "spare", "alpha", "bravo") == 2
    entry = Entry.objects.latest("pk")
    assert (entry.event, entry.account_id) == ("account:tag:put", None)
    assert entry.new == {"accounts": ["seen-key-alpha", "seen-key-bravo"]}
    assert take_off(cast, "operator", "spare", "alpha") == 1
    assert Entry.objects.latest("pk").account_id == cast.accounts["alpha"].pk


def test_what_is_so_already_is_not_written_down(cast):
    before = Entry.objects.count()
    assert put(cast, "owner", "pilot", "pilot_one") == 0
    assert take_off(cast, "owner", "pilot", "alpha") == 0
    assert Entry.objects.count() == before


def test_all_or_nothing(cast):
    with pytest.raises(MissingCapabilityError):
        put(cast, "operator", "spare", "alpha", "solo")
    with pytest.raises(tagging.PrimaryTaggedError):
        put(cast, "owner", "spare", "alpha", "primary")
    assert not AccountTag.objects.filter(tag=cast.tags["spare"]).exists()


def test_same_account_named_twice_is_tagged_once(cast):
    assert put(cast, "owner", "spare", "alpha", "alpha") == 1


@pytest.mark.parametrize("name", ["", "<b>", "-dash first", "x" * 41])
def test_odd_names_are_refused(cast, name):
    with pytest.raises(ValidationError):
        tagging.define(cast.actor("administrator"), name=name)


def test_names_differ_by_more_than_case(cast):
    tagging.define(cast.actor("administrator"), name="Gold")
    with pytest.raises(ValidationError, match="There is a tag of this name"):
        tagging.define(cast.actor("administrator"), name="gold")


def test_tag_that_nobody_uses_goes_from_its_accounts_too(cast):
    put(cast, "owner", "spare", "alpha")
    tagging.remove(cast.actor("administrator"), tag=cast.tags["spare"])
    assert not Tag.objects.filter(pk=cast.tags["spare"].pk).exists()
    assert Entry.objects.latest("pk").old == {"name": "seen-tag-spare", "accounts": 1}
