"""Django's settings: what `dashboard.env` read, put where Django looks for it."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from dashboard.database import database
from dashboard.env import load_env
from dashboard.logs import logging_config
from operations.times import Times

ENV = load_env()
ROOT = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.secret_key
KEY_RING = ENV.key_ring
DEBUG = ENV.debug
BASE_URL = ENV.own_address
ALLOWED_HOSTS = ENV.host_names
CSRF_TRUSTED_ORIGINS = [BASE_URL]
VONAGE_HOSTS = ENV.vonage_hosts
SIMULATOR = {"api_key": ENV.simulator_key} if ENV.simulated else None
SYNC_INTERVAL = ENV.sync_seconds

INSTALLED_APPS = [
    "dashboard",
    "subaccounts",
    "account_settings",
    "api_secrets",
    "phone_numbers",
    "pricing",
    "statements",
    "usage",
    "log_search",
    "topups",
    "remote_events",
    "accounts",
    "operations",
    "teams",
    "audit",
    "vault",
    "ui",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "audit.middleware.requests_have_an_origin",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dashboard.middleware.pages_are_private",
    "dashboard.middleware.htmx_leaves_for_the_door",
    "teams.door.middleware.Doorkeeper",
    "teams.middleware.EveryViewStatesItsAccess",
    "teams.middleware.time_zone_of_the_person",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials", "ui.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.product",
            ],
        },
    },
]

DATABASES = {"default": database(ENV)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "dashboard.cache.ForgivingRedisCache",
        "LOCATION": ENV.redis_url,
        "KEY_PREFIX": "switchboard",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    },
    "sessions": {
        "BACKEND": "dashboard.cache.BriefRedisCache",
        "LOCATION": ENV.redis_url,
        "KEY_PREFIX": "switchboard",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    },
}
SESSION_CACHE_ALIAS = "sessions"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = ENV.cookie("session")
SESSION_COOKIE_SECURE = ENV.https
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = ENV.cookie("csrf")
CSRF_COOKIE_SECURE = ENV.https
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "dashboard.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = False  # the proxy in front does it; health checks come by plain http
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if ENV.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # other names of the company are not ours to decide about
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.proxies else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
_ISSUER = urlsplit(ENV.oidc_issuer)
_ISSUERS = [f"{_ISSUER.scheme}://{_ISSUER.netloc}"] if ENV.single_sign_on else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Tabler's CSS draws its marks as data
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *_ISSUERS],  # a form leads there when somebody signs in
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # user names are unique whatever their case, by constraint
AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = [
    "teams.door.backends.QuickBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "teams.door.passwords.BreachedPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "teams.door.adapters.ClosedDoor"
ACCOUNT_FORMS = {
    "reset_password": "teams.door.forms.AskForResetForm",
    "reset_password_from_key": "teams.door.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_CHANGE_EMAIL = True  # one address, replaced when the new one is confirmed
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if ENV.mail_host else "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to people who have nothing to do with us
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "teams.door.resets.ResetTokens"  # noqa: S105 - a name
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # teams.door.limits counts these, Redis or not
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.proxies
PASSWORD_RESET_TIMEOUT = 60 * 60
DO_LATER = True  # what a person need not wait for is done after the answer

MFA_ADAPTER = "teams.door.factors.SealedFactors"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # else nobody with a factor could ever change the address
MFA_FORMS = {
    "add_webauthn": "teams.door.forms.NewPasskeyForm",
    "activate_totp": "teams.door.forms.NewAppForm",
    "authenticate": "teams.door.forms.SecondFactorForm",
    "reauthenticate": "teams.door.forms.ConfirmByCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Switchboard"
MFA_TOTP_TOLERANCE = 1  # half a minute either way, for clocks that are a little off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV.https

SOCIALACCOUNT_ADAPTER = "teams.door.sso.OnlyByInvitation"
SOCIALACCOUNT_FORMS = {"signup": "teams.door.forms.LoginBySingleSignOnForm"}
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"  # the identity is what lets in, not the address
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": ENV.oidc_name,
                "client_id": ENV.oidc_client_id,
                "secret": ENV.oidc_client_secret,
                "settings": {"server_url": ENV.oidc_issuer},
            }
        ]
        if ENV.single_sign_on
        else [],
    }
}

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if ENV.mail_host
    else "dashboard.mail.ConsoleAndFileBackend"
)
EMAIL_HOST = ENV.mail_host
EMAIL_PORT = ENV.mail_port
EMAIL_HOST_USER = ENV.mail_user
EMAIL_HOST_PASSWORD = ENV.mail_password
EMAIL_USE_TLS = ENV.mail_security == "starttls"
EMAIL_USE_SSL = ENV.mail_security == "tls"
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = ENV.home / "mail"
DEFAULT_FROM_EMAIL = ENV.mail_from

OPERATION_TIMES = Times()
REPORTS_FOLDER = ENV.home / "reports"
AUDIT_CHECKPOINT_FILE = ENV.home / "audit-checkpoints.log"
AUDIT_CHECKPOINT_MAIL = ENV.checkpoint_mail

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
PEOPLE_TIME_ZONE = ENV.time_zone

STATIC_URL = "/static/"
STATIC_ROOT = None if ENV.embedded else ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "static", ROOT / "assets"]
WHITENOISE_USE_FINDERS = ENV.embedded
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {"staticfiles": {"BACKEND": ENV.static_storage}}

CELERY_BROKER_URL = ENV.broker_url
CELERY_TASK_IGNORE_RESULT = True
# What is asked of Vonage never waits behind long readings and reports.
CELERY_TASK_ROUTES = {
    "operations.tasks.*": {"queue": "money"},
    "subaccounts.tasks.audit_books": {"queue": "money"},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # kB: a large parse leaves its peak in the heap
CELERY_TASK_ACKS_LATE = True  # every task here is repeatable
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 180
CELERY_TASK_PUBLISH_RETRY = False  # a page never waits for a broker that does not answer
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "max_retries": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}

DEFAULT_EXCEPTION_REPORTER = "dashboard.reports.PlainReporter"
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_config(level=ENV.log_level, as_json=not ENV.embedded)
