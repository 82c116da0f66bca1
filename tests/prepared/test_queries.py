from decimal import Decimal

import pytest

from accounts.models import TotalReading
from prepared.queries import Prepared
from teams.models import User, Workspace

pytestmark = pytest.mark.django_db


def test_models_are_as_the_queryset_makes_them(workspace, owner, django_assert_num_queries):
    of_person = Prepared(
        lambda slug: Workspace.objects.filter(slug=slug).select_related("primary_user")
    )
    with django_assert_num_queries(1):
        found = of_person.first(workspace.slug)
        assert found.primary_user == owner
    assert found == workspace
    assert not found._state.adding
    found.name = "Renamed"
    found.save(update_fields=["name"])
    assert Workspace.objects.get().name == "Renamed"


def test_values_change_and_the_question_does_not(owner, stranger):
    by_name = Prepared(lambda name: User.objects.filter(username=name))
    assert by_name.first("owner") == owner
    assert by_name.first("stranger") == stranger
    assert by_name.first("nobody") is None
    assert by_name.first("' OR 1=1 --") is None


def test_columns_are_converted(workspace):
    from django.utils import timezone

    now = timezone.now()
    TotalReading.objects.create(workspace=workspace, at=now, balance=Decimal("0.00000001"))
    rows = Prepared(
        lambda pk: TotalReading.objects.filter(workspace=pk).values_list("at", "balance")
    )
    assert rows.rows(workspace.pk) == [(now, Decimal("0.00000001"))]


def test_question_that_can_find_nothing_asks_nothing(db, django_assert_num_queries):
    nobody = Prepared(lambda name: User.objects.none().filter(username=name))
    with django_assert_num_queries(0):
        assert nobody.rows("owner") == []
