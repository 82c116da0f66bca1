"""The rows of one query as a value in another."""

import pytest
from django.db.models import OuterRef

from prepared.json_rows import JsonRows, read
from prepared.queries import Prepared
from teams.models import Role, Workspace

pytestmark = pytest.mark.django_db


def with_roles(slug):
    roles = Role.objects.filter(workspace=OuterRef("pk")).order_by("-name")
    return Workspace.objects.filter(slug=slug).annotate(listed=JsonRows(roles, "name", "mask"))


def test_rows_come_in_their_order(workspace):
    for name, mask in (("a", 1), ('b "quoted", ü', 2), ("c", 2**49)):
        Role.objects.create(workspace=workspace, name=name, mask=mask)
    expected = [["c", 2**49], ['b "quoted", ü', 2], ["a", 1]]
    assert read(with_roles("harbour").get().listed) == expected


def test_no_rows_are_an_empty_list(workspace):
    assert read(with_roles("harbour").get().listed) == []


def test_a_compiled_query_brings_them_along(workspace):
    Role.objects.create(workspace=workspace, name="a", mask=1)
    asked = Prepared(with_roles)
    assert [read(each.listed) for each in asked.rows("harbour")] == [[["a", 1]]]
    assert asked.rows("nowhere") == []
