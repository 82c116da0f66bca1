"""What is typed into the form of a grant is what is given."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from teams.ceilings import Limits
from teams.forms.terms import TermsForm
from teams.models import Grant, Role
from teams.policy import actor_of
from teams.services import granting
from teams.services.granting import Terms

pytestmark = pytest.mark.django_db


def test_a_role_on_all_subaccounts_until_friday(actor):
    friday = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)
    form = TermsForm(
        {
            "role": "preset:operator",
            "scope": "subaccounts",
            "per_day": "50",
            "ends_at": f"{friday:%Y-%m-%dT%H:%M}",
            "tag": "left over",
        },
        actor=actor,
    )
    assert "tag" in form.errors, "only tags of the workspace are offered"
    form = TermsForm({**form.data, "tag": ""}, actor=actor)
    assert form.is_valid(), form.errors
    assert form.terms() == Terms(
        scope="subaccounts",
        preset="operator",
        limits=Limits(per_day=Decimal(50)),
        ends_at=friday,
    )


def test_accounts_are_named_by_key_or_name(actor, accounts):
    typed = "00000000\n Ferry \n\n00000000"
    form = TermsForm(
        {"role": "preset:support", "scope": "selected", "accounts": typed}, actor=actor
    )
    assert form.is_valid(), form.errors
    assert form.terms().account_ids == {accounts[0].pk, accounts[1].pk}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Nowhere", "no account with this name or key: Nowhere."),
        ("Pier", "Several accounts have this name"),
        ("", "Say which."),
    ],
)
def test_accounts_that_cannot_be_meant_are_refused(actor, accounts, typed, sentence):
    form = TermsForm(
        {"role": "preset:support", "scope": "selected", "accounts": typed}, actor=actor
    )
    assert not form.is_valid()
    assert sentence in form.errors["accounts"][0]


def test_accounts_that_the_person_does_not_see_do_not_exist(member, accounts):
    seeing_one = member("operator", "operator", "selected", account_ids=frozenset({accounts[1].pk}))
    form = TermsForm(
        {"role": "preset:support", "scope": "selected", "accounts": "Ferry\n00000000"},
        actor=actor_of(seeing_one),
    )
    assert "no account with this name or key: 00000000." in form.errors["accounts"][0]


def test_an_end_in_the_past_or_before_the_beginning_is_refused(actor):
    past = TermsForm(
        {"role": "preset:support", "scope": "all", "ends_at": "2020-01-01T10:00"}, actor=actor
    )
    assert "This is over" in past.errors["ends_at"][0]
    turned = TermsForm(
        {
            "role": "preset:support",
            "scope": "all",
            "starts_at": "2090-01-02T10:00",
            "ends_at": "2090-01-01T10:00",
        },
        actor=actor,
    )
    assert "after the beginning" in turned.errors["ends_at"][0]


def test_roles_and_tags_of_other_workspaces_are_not_offered(actor, stranger):
    from accounts.models import Tag
    from teams.models import Workspace

    other = Workspace.objects.create(slug="other", name="Other", primary_user=stranger)
    tag = Tag.objects.create(workspace=other, name="pilot")
    role = Role.objects.create(workspace=other, name="Theirs", mask=1)
    form = TermsForm({"role": f"role:{role.pk}", "scope": "tag", "tag": tag.pk}, actor=actor)
    assert {"role", "tag"} <= form.errors.keys()


def test_a_saved_grant_comes_back_as_it_was(actor, member, accounts):
    made = member(
        "finance",
        "finance",
        "selected",
        account_ids=frozenset({accounts[1].pk, accounts[2].pk}),
        limits=Limits(per_transfer=Decimal("12.5")),
        may_pass_on=True,
        reason="holiday",
    )
    grant = Grant.objects.get(member=made)
    form = TermsForm.for_grant(grant, actor=actor)
    assert form.has_limits
    typed = {name: form[name].value() for name in form.fields}
    again = TermsForm({k: v for k, v in typed.items() if v not in {None, False}}, actor=actor)
    assert again.is_valid(), again.errors
    assert again.terms() == Terms.of(grant)


def test_a_role_of_the_workspace_is_given_by_name(actor, workspace, member):
    role = Role.objects.create(workspace=workspace, name="Night shift", mask=1)
    form = TermsForm({"role": f"role:{role.pk}", "scope": "all"}, actor=actor)
    assert form.is_valid(), form.errors
    grant = granting.give(actor, member=member("night"), terms=form.terms())
    assert grant.role_name == "Night shift"
