"""Every address of the door, each with who may come and why. allauth's own list is not used."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as sso
from django.urls import path, re_path

from teams.access import public, signed_in
from teams.door import resetting, views
from teams.door.confirming import confirmed, confirmed_if_possible

_to_get_in = public("people come here to get in")
_own_factors = signed_in("one's own second factors")
_to_confirm = signed_in("to prove who one is")

_getting_in = [
    path("sign-in/", _to_get_in(account.login), name="account_login"),
    path("sign-in/code/", _to_get_in(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", _to_get_in(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/off/", _to_get_in(account.account_inactive), name="account_inactive"),
    path("sign-out/", public("leaving twice is no error")(account.logout), name="account_logout"),
]

_passwords = [
    path(
        "password/change/",
        signed_in("one's own password")(confirmed_if_possible(account.password_change)),
        name="account_change_password",
    ),
    path(
        "password/set/",
        signed_in("one's own password")(confirmed_if_possible(account.password_set)),
        name="account_set_password",
    ),
    path("password/reset/", _to_get_in(account.password_reset), name="account_reset_password"),
    path(
        "password/reset/done/",
        _to_get_in(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        _to_get_in(resetting.new_password),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/finished/",
        _to_get_in(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]

_addresses = [
    path(
        "me/email/",
        signed_in("one's own address")(confirmed(account.email)),
        name="account_email",
    ),
    path(
        "confirm-email/",
        _to_get_in(account.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("confirm-email/<key>/", _to_get_in(account.confirm_email), name="account_confirm_email"),
]

_confirming = [
    path("confirm/", _to_confirm(account.reauthenticate), name="account_reauthenticate"),
    path("confirm/code/", _to_confirm(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "confirm/passkey/",
        _to_confirm(passkeys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
]

_factors = [
    path("me/security/", _own_factors(views.security), name="security"),
    path("me/security/", _own_factors(views.security), name="mfa_index"),
    path(
        "me/security/app/add/",
        _own_factors(confirmed_if_possible(totp.activate_totp)),
        name="mfa_activate_totp",
    ),
    path(
        "me/security/app/remove/",
        _own_factors(confirmed(totp.deactivate_totp)),
        name="mfa_deactivate_totp",
    ),
    path(
        "me/security/passkeys/add/",
        _own_factors(confirmed_if_possible(passkeys.add_webauthn)),
        name="mfa_add_webauthn",
    ),
    path("me/security/passkeys/", _own_factors(views.security), name="mfa_list_webauthn"),
    path(
        "me/security/passkeys/<int:pk>/",
        _own_factors(confirmed(passkeys.edit_webauthn)),
        name="mfa_edit_webauthn",
    ),
    path(
        "me/security/passkeys/<int:pk>/remove/",
        _own_factors(confirmed(passkeys.remove_webauthn)),
        name="mfa_remove_webauthn",
    ),
    path(
        "me/security/codes/",
        _own_factors(confirmed_if_possible(codes.view_recovery_codes)),
        name="mfa_view_recovery_codes",
    ),
    path(
        "me/security/codes/make/",
        _own_factors(confirmed(codes.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "me/security/reset/<int:pk>/cancel/",
        signed_in("who asked for it, or whose factors they are")(views.cancel_reset),
        name="cancel_factor_reset",
    ),
]

_sessions = [
    path("me/sessions/", signed_in("one's own sessions")(views.session_list), name="sessions"),
    path(
        "me/sessions/end/",
        signed_in("one's own sessions")(views.end_other_sessions),
        name="end_other_sessions",
    ),
    path(
        "me/sessions/<int:pk>/end/",
        signed_in("one's own sessions")(views.end_session),
        name="end_session",
    ),
]

_single_sign_on = [
    path("sso/<provider_id>/", _to_get_in(views.oidc_login), name="openid_connect_login"),
    path(
        "sso/<provider_id>/back/", _to_get_in(views.oidc_callback), name="openid_connect_callback"
    ),
    path("sso-cancelled/", _to_get_in(sso.login_cancelled), name="socialaccount_login_cancelled"),
    path("sso-failed/", _to_get_in(sso.login_error), name="socialaccount_login_error"),
    path("sso-join/", _to_get_in(sso.signup), name="socialaccount_signup"),
    path(
        "me/security/sso/",
        signed_in("one's own identities")(confirmed(sso.connections)),
        name="socialaccount_connections",
    ),
]

urlpatterns = [
    *_getting_in,
    *_passwords,
    *_addresses,
    *_confirming,
    *_factors,
    *_sessions,
    *_single_sign_on,
]
