"""Pages that are cut at a row."""

import pytest

from prepared.paging import cut
from teams.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def roles(workspace):
    made = [Role(workspace=workspace, name=f"r{n}", mask=1) for n in (3, 1, 5, 2, 4)]
    return Role.objects.bulk_create(made) and Role.objects.all()


def page(roles, **edge):
    found = cut(roles, by="name", name="name", size=2, **edge)
    return [each.name for each in found.rows], found.before, found.after


def test_pages_follow_each_other_both_ways(roles):
    assert page(roles) == (["r1", "r2"], "", "r2")
    assert page(roles, after="r2") == (["r3", "r4"], "r3", "r4")
    assert page(roles, after="r4") == (["r5"], "r5", "")
    assert page(roles, before="r5") == (["r3", "r4"], "r3", "r4")
    assert page(roles, before="r3") == (["r1", "r2"], "", "r2")


def test_nothing_lies_beyond_an_edge_that_is_not_there(roles):
    found = cut(roles.filter(name__lt="r4"), by="name", name="name", size=2, after="r4")
    assert (found.rows, found.after, found.is_beyond) == ([], "", True)


def test_an_empty_list_is_no_page_beyond(roles):
    assert not cut(roles.none(), by="name", name="name", size=2).is_beyond
