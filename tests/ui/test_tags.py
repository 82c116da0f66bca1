from decimal import Decimal

import pytest
import tablericons
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from ui.icons import icon


def drawn(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("1234.5"), "€\N{NO-BREAK SPACE}1,234.50"),
        (Decimal("-0.00010000"), "\N{MINUS SIGN}€\N{NO-BREAK SPACE}0.0001"),
        (None, "unknown"),
    ],
)
def test_money(amount, text):
    assert drawn("{{ amount|money }}", amount=amount) == text


def test_credit_limits_lose_their_sign():
    assert drawn("{{ limit|absolute|money }}", limit=Decimal(-20)) == "€\N{NO-BREAK SPACE}20.00"


def test_an_icon_is_small_hidden_and_drawn_once():
    html = drawn('{% icon "users" "ms-auto" %}')
    assert html.startswith('<svg class="icon ms-auto" viewBox="0 0 24 24" aria-hidden="true"><path')
    assert "\n" not in html
    assert icon("users") is icon("users")


def test_an_unknown_icon_is_a_fault_of_the_template():
    with pytest.raises(tablericons.IconDoesNotExist):
        drawn('{% icon "no-such-thing" %}')


@pytest.mark.parametrize(
    ("path", "whole", "is_here"),
    [
        ("/w/a/", True, True),
        ("/w/a/accounts/", True, False),
        ("/w/a/accounts/", False, True),
        ("/w/b/", False, False),
    ],
)
def test_the_menu_knows_where_one_is(path, whole, is_here):
    request = RequestFactory().get(path)
    html = drawn("{% here url whole=whole %}", request=request, url="/w/a/", whole=whole)
    assert html == (' aria-current="page"' if is_here else "")


class Sample(forms.Form):
    name = forms.CharField(help_text="As on the bill.")
    zone = forms.ChoiceField(choices=[("a", "A")], required=False)
    agreed = forms.BooleanField()


def field(form: forms.Form, name: str, extra: str = "") -> str:
    return drawn("{% field bound " + extra + " %}", bound=form[name])


def test_a_field_names_its_help():
    html = field(Sample(), "name")
    assert 'for="id_name">Name</label>' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert 'id="id_name_helptext">As on the bill.</div>' in html
    assert "autofocus" not in html


def test_a_field_names_its_error_and_takes_the_focus():
    form = Sample({"name": ""})
    html = field(form, "name")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "This field is required." in html
    assert "autofocus" in html
    assert "autofocus" not in field(form, "agreed"), "only the first error takes the focus"


def test_typed_input_survives_and_is_escaped():
    html = field(Sample({"name": '"><script>'}), "name")
    assert 'value="&quot;&gt;&lt;script&gt;"' in html


def test_a_field_takes_attributes_and_another_label():
    html = field(Sample(), "zone", 'label="Time zone" data_guess_zone=True autocomplete="off"')
    assert ">Time zone <" in html
    assert "data-guess-zone" in html
    assert 'autocomplete="off"' in html
    assert 'class="form-select"' in html
    assert "optional" in html


def test_a_box_stands_before_its_label():
    html = field(Sample(), "agreed")
    assert html.index("<input") < html.index("<label")
    assert "form-check-input" in html
