import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.canonical import canonical, is_named_like_a_secret, plain
from audit.events import Event
from audit.hashing import body_of, hash_of, key_of
from audit.models import Chain, Entry
from audit.writing import record

TEXT = st.text(st.characters(codec=None), max_size=20)
NAMES = st.text(max_size=12).filter(lambda name: not is_named_like_a_secret(name))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), TEXT, st.decimals(), st.dates(), st.uuids()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=5)


@given(BODIES)
def test_canonical_form_survives_json(body):
    text = canonical(plain(body))
    assert canonical(json.loads(text)) == text
    assert canonical(plain(json.loads(text))) == text


@given(BODIES)
def test_canonical_form_does_not_know_the_order_of_the_fields(body):
    backwards = dict(reversed(body.items()))
    assert canonical(plain(body)) == canonical(plain(backwards))


@given(BODIES, BODIES)
def test_different_values_have_different_forms(one, other):
    one, other = plain(one), plain(other)
    assert (canonical(one) == canonical(other)) == (repr_of(one) == repr_of(other))


def repr_of(value) -> str:
    """Return a second opinion: like `==`, but True is not 1."""
    if isinstance(value, dict):
        return repr(sorted((name, repr_of(each)) for name, each in value.items()))
    if isinstance(value, list):
        return repr([repr_of(each) for each in value])
    return repr(value)


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=BODIES)
def test_database_gives_back_what_was_hashed(body, workspace):
    with transaction.atomic():
        written = record(Event.ROLE_MADE, actor="x", workspace=workspace, old=body, new=body)
    read = Entry.objects.get(pk=written.pk)
    assert body_of(read) == body_of(written)
    assert hash_of(read, key_of(Chain.objects.get(pk=read.chain))) == read.hash
