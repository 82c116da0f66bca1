"""A second factor is asked for on every way in, and counts once. AU-2, AU-3, AU-4, AU-7, AU-14."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, connections
from django.urls import reverse

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.django_db(transaction=True)


def second_step(client, code):
    return client.post(reverse("mfa_authenticate"), {"code": code})


def test_password_alone_is_not_enough(app, sign_in, is_in):
    client = sign_in()
    assert client.answer.url == reverse("mfa_authenticate")
    assert not is_in(client)
    second_step(client, app.code())
    assert is_in(client)


def test_wrong_code_lets_nobody_in_and_is_written_down(app, sign_in, is_in, events):
    client = sign_in()
    answer = second_step(client, "000000")
    assert b"This code is wrong" in answer.content
    assert not is_in(client)
    assert events() == [("user:session:fail", "refused")]


def test_code_counts_once(app, sign_in, is_in):
    code = app.code()
    first, second = sign_in(), sign_in()
    second_step(first, code)
    second_step(second, code)
    assert is_in(first)
    assert not is_in(second)


def test_code_counts_once_while_redis_is_gone(app, sign_in, is_in, monkeypatch):
    from dashboard.cache import ForgivingRedisCache

    monkeypatch.setattr(ForgivingRedisCache, "asleep_until", float("inf"))
    code = app.code()
    first, second = sign_in(), sign_in()
    second_step(first, code)
    second_step(second, code)
    assert (is_in(first), is_in(second)) == (True, False)


def test_of_twenty_at_once_one_gets_in(app, sign_in, is_in, monkeypatch):
    from teams.door import limits

    monkeypatch.setattr(limits, "FACTOR", limits.Limit("factor", 100, 300))
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.TOTP._mark_code_used", lambda *_: True)
    code = app.code()
    clients = [sign_in() for _ in range(20)]

    def try_it(client):
        try:
            second_step(client, code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(try_it, clients))
    assert sum(map(is_in, clients)) == 1


def test_of_twenty_in_several_processes_one_gets_in(tmp_path):
    env = {
        **os.environ,
        "DATABASE_URL": "",
        "SWITCHBOARD_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
    }
    subprocess.run([sys.executable, "manage.py", "migrate"], cwd=ROOT, env=env, check=True)
    program = (
        "import django, sys, time; django.setup();"
        "from allauth.mfa.models import Authenticator as A;"
        "from teams.door.factors import use_up;"
        "time.sleep(max(0, float(sys.argv[1]) - time.time()));"
        "print(sum(use_up(A(data={'secret': 'x'}), '123456') for _ in range(5)))"
    )
    at_once = str(time.time() + 4)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, at_once], cwd=ROOT, env=env, stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    assert sum(int(each.communicate(timeout=60)[0]) for each in running) == 1


def test_seed_of_a_new_app_is_not_readable_in_the_session(inside):
    from django.contrib.sessions.models import Session

    seed = inside.get(reverse("mfa_activate_totp")).context["form"].secret
    stored = [str(each.get_decoded()) for each in Session.objects.all()]
    assert "door_new_seed" in "".join(stored)
    assert seed not in "".join(stored)
    inside.post(reverse("mfa_activate_totp"), {"code": code_of(seed)})
    assert "door_new_seed" not in str(inside.session.items())


def test_wrong_code_adds_no_app_and_is_written_down(inside, owner, events):
    seed = inside.get(reverse("mfa_activate_totp")).context["form"].secret
    again = inside.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert again.context["form"].secret == seed
    owner.refresh_from_db()
    assert not owner.has_second_factor
    assert events()[-1] == ("user:factor:add", "refused")


def test_recovery_code_counts_once_and_is_written_down(recovery_codes, sign_in, is_in, events):
    first, second = sign_in(), sign_in()
    second_step(first, recovery_codes[0])
    second_step(second, recovery_codes[0])
    assert (is_in(first), is_in(second)) == (True, False)
    assert ("user:recovery_codes:use", "done") in events()


def test_guessing_codes_is_limited_also_without_redis(app, sign_in, is_in, monkeypatch):
    from dashboard.cache import ForgivingRedisCache

    monkeypatch.setattr(ForgivingRedisCache, "asleep_until", float("inf"))
    client = sign_in()
    answers = [second_step(client, "000000") for _ in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
    assert second_step(client, app.code()).status_code == 429
    assert not is_in(client)


def test_new_password_by_mail_does_not_pass_by_the_second_factor(
    app, client, sign_in, is_in, workspace, settings
):
    client.post(reverse("account_reset_password"), {"email": "owner@example.com"})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/" in word)
    form = client.get(link.removeprefix(settings.BASE_URL), follow=True)
    new = "a quite different lantern"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert not is_in(client)
    browser = sign_in(client, password=new)
    assert browser.answer.url == reverse("mfa_authenticate")
    assert not is_in(browser)


@pytest.mark.parametrize("page", ["/", "/me/", "/me/security/", "/w/harbour/", "/confirm/"])
def test_between_the_two_steps_nothing_is_open(page, app, sign_in, workspace):
    client = sign_in()
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_app_is_added_told_written_down_and_ends_other_sessions(
    inside, sign_in, is_in, owner, events
):
    other, old_key = sign_in(), inside.session.session_key
    mail.outbox.clear()
    form = inside.get(reverse("mfa_activate_totp"))
    code = code_of(form.context["form"].secret)
    answer = inside.post(reverse("mfa_activate_totp"), {"code": code})
    assert answer.url == reverse("mfa_view_recovery_codes")
    owner.refresh_from_db()
    assert owner.has_second_factor
    assert (is_in(inside), is_in(other)) == (True, False)
    assert inside.session.session_key != old_key
    assert [each.subject for each in mail.outbox] == ["An authenticator app was added"]
    assert {("user:factor:add", "done"), ("user:recovery_codes:make", "done")} <= set(events())


def test_code_that_added_the_app_does_not_sign_in(inside, sign_in, is_in):
    form = inside.get(reverse("mfa_activate_totp"))
    code = code_of(form.context["form"].secret)
    inside.post(reverse("mfa_activate_totp"), {"code": code})
    client = sign_in()
    second_step(client, code)
    assert not is_in(client)


def test_recovery_codes_are_shown_once(inside):
    form = inside.get(reverse("mfa_activate_totp"))
    inside.post(reverse("mfa_activate_totp"), {"code": code_of(form.context["form"].secret)})
    page = reverse("mfa_view_recovery_codes")
    codes = inside.get(page).context["unused_codes"]
    assert len(set(codes)) == 10
    again = inside.get(page).content.decode()
    assert not any(code in again for code in codes)


def test_app_is_removed_with_the_codes_and_told(app, sign_in, owner, events, is_in):
    client, other = sign_in(), sign_in()
    second_step(client, app.code())
    second_step(other, app.code(1))
    mail.outbox.clear()
    client.post(reverse("mfa_deactivate_totp"))
    owner.refresh_from_db()
    assert not owner.has_second_factor
    assert (is_in(client), is_in(other)) == (True, False)
    assert [each.subject for each in mail.outbox] == ["An authenticator app was removed"]
    assert ("user:factor:remove", "done") in events()


def test_recovery_codes_alone_are_no_second_factor(owner):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    RecoveryCodes.activate(owner)
    owner.refresh_from_db()
    assert not owner.has_second_factor


def test_two_factors_that_go_at_once_leave_none(app, owner):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=owner, type="webauthn", data={"name": "x", "credential": {}})
    keys = list(Authenticator.objects.filter(type__in=["totp", "webauthn"]).values_list("pk"))

    def remove(pk):
        try:
            Authenticator.objects.get(pk=pk[0]).delete()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(remove, keys))
    owner.refresh_from_db()
    assert len(keys) == 2
    assert not owner.has_second_factor


def test_seeds_are_sealed_and_go_with_their_factor(app, owner, recovery_codes):
    from allauth.mfa.models import Authenticator

    from teams.models import FactorSeed

    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    sealed = b"".join(bytes(each) for each in FactorSeed.objects.values_list("seed", flat=True))
    for secret in (app.seed, *recovery_codes):
        assert secret not in stored
        assert secret.encode() not in sealed
    Authenticator.objects.all().delete()
    assert not FactorSeed.objects.exists()


def test_seeds_swapped_between_rows_do_not_open(app, owner):
    from allauth.mfa.models import Authenticator

    from teams.models import FactorSeed
    from vault.sealing import BrokenSealError

    one, two = FactorSeed.objects.order_by("pk")
    FactorSeed.objects.filter(pk=one.pk).update(seed=two.seed)
    FactorSeed.objects.filter(pk=two.pk).update(seed=one.seed)
    with pytest.raises(BrokenSealError):
        Authenticator.objects.get(type="totp").wrap().validate_code(app.code())


def test_seeds_follow_the_keys(app, sign_in, is_in, settings):
    import base64

    from vault.keyring import KeyRing

    new = "new:" + base64.urlsafe_b64encode(b"n" * 32).decode()
    old = "test:" + base64.urlsafe_b64encode(bytes(32)).decode()
    settings.KEY_RING = KeyRing.parse(f"{new},{old}")
    call_command("rotate_keys", apply=True)
    settings.KEY_RING = KeyRing.parse(new)
    client = sign_in()
    second_step(client, app.code())
    assert is_in(client)


@pytest.mark.parametrize(
    "setting",
    ["MFA_TOTP_INSECURE_BYPASS_CODE", "MFA_TRUST_ENABLED", "ACCOUNT_LOGIN_BY_CODE_ENABLED"],
)
def test_settings_that_pass_by_the_second_factor_stop_the_start(setting, settings):
    from dashboard.checks import second_factor_cannot_be_passed_by

    assert second_factor_cannot_be_passed_by() == []
    setattr(settings, setting, "123456")
    (fault,) = second_factor_cannot_be_passed_by()
    assert setting in fault.msg
    assert "123456" not in fault.msg


def test_there_is_no_other_door(client):
    for address in ("/admin/login/", "/admin/", "/accounts/login/", "/login/", "/sign-up/"):
        assert client.get(address).status_code == 404


def test_nothing_secret_is_written_down(app, sign_in, recovery_codes):
    client = sign_in()
    second_step(client, app.code())
    second_step(sign_in(), recovery_codes[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_entry")
        book = str(cursor.fetchall())
    for secret in (app.seed, app.code(), *recovery_codes):
        assert secret not in book


def code_of(seed: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(seed, int(time.time()) // 30))
