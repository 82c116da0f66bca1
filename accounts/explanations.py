"""What a failed attempt to connect means, and the way on. Written for people, not for logs."""

from dataclasses import dataclass

from vonage_api import errors


@dataclass(frozen=True)
class Explanation:
    """A failure as the connect page shows it; `detail` are Vonage's own words."""

    title: str
    meaning: str
    way_on: str
    detail: str = ""


def explain(error: errors.VonageError, *, host: str) -> Explanation:
    """Return the explanation of `error`, which came from `host`."""
    title, meaning, way_on = next(texts for kind, *texts in _TEXTS if isinstance(error, kind))
    return Explanation(title.format(host=host), meaning, way_on, detail=str(error))


_TEXTS: tuple[tuple[type[errors.VonageError], str, str, str], ...] = (
    (
        errors.Unauthorized,
        "Vonage does not know this key and secret",
        "One of the two is mistyped, or the secret was revoked.",
        "Copy both from the API settings page of Vonage's dashboard and try again.",
    ),
    (
        errors.InvalidIp,
        "Vonage does not accept calls from this server",
        "The account has an IP allow list, and this server's address is not on it.",
        "Add the address in Vonage's dashboard, wait a minute, and try again.",
    ),
    (
        errors.AccountSuspended,
        "Vonage has suspended this account",
        "The key is right, but the account may not use the API.",
        "Talk to Vonage's support, then try again.",
    ),
    (
        errors.RateLimited,
        "Vonage asks us to slow down",
        "Too many calls came from this account in a short time.",
        "Wait a minute and try again.",
    ),
    (
        errors.OverBudget,
        "Many calls are waiting for Vonage",
        "Calls with this key are spread out so that Vonage does not refuse them.",
        "Wait a few seconds and try again.",
    ),
    (
        errors.ServerFailed,
        "Vonage has a fault of its own",
        "The answer was an error on Vonage's side; the key may well be right.",
        "Try again in a few minutes.",
    ),
    (
        errors.NoAnswer,
        "{host} did not answer",
        "This server could not reach Vonage, or the answer took too long.",
        "Look at this server's network and at VONAGE_API_URL and VONAGE_REST_URL, then try again.",
    ),
    (
        errors.BadAnswer,
        "{host} answered something that is not Vonage's API",
        "A proxy, a sign-in page of the network, or a wrong address stands in between.",
        "Look at VONAGE_API_URL and VONAGE_REST_URL, then try again.",
    ),
    (
        errors.VonageError,
        "Vonage refused",
        "The key and secret were understood, but Vonage does not allow this call.",
        "Vonage's own words are below; your account manager there can help.",
    ),
)
