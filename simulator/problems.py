"""Refusals, in the forms that Vonage has: problem documents, and those of the rest host."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from simulator.exchange import PROBLEM, Response, answer

NEXMO = "https://developer.nexmo.com/api-errors"
VONAGE = "https://developer.vonage.com/api-errors"
SUBACCOUNTS = "/account/subaccounts"
SECRETS = "/account/secret-management"
REPORTS = "/reports"
SUSPENDED = "This account has been suspended"
FLAG = "Should be either 'true' or 'false'"
Invalid = tuple[str, str]  # the name of a parameter, and why it is refused


class RefusedError(Exception):
    """An endpoint says no; `response` is what the caller gets."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"Refused with status {response.status}.")
        self.response = response


def problem(
    status: int,
    fragment: str,
    title: str,
    detail: str,
    *,
    area: str = "",
    host: str = NEXMO,
    invalid: Sequence[Invalid] = (),
) -> RefusedError:
    """Return a refusal as a problem document of the api host, with a new trace id.

    `area` is the part of the type between the host and the fragment, such as
    `/account/subaccounts`.
    """
    content: dict[str, object] = {
        "type": f"{host}{area}#{fragment}",
        "title": title,
        "detail": detail,
        "instance": trace_id(),
    }
    if invalid:
        content["invalid_parameters"] = [{"reason": why, "name": name} for name, why in invalid]
    return RefusedError(answer(content, status=status, content_type=PROBLEM))


def trace_id() -> str:
    """Return a new one, for `instance`."""
    return str(uuid.uuid4())


def legacy(status: int, label: str, *, code: int | None = None) -> RefusedError:
    """Return a refusal as the pair of strings of the rest host; `code` where it is not `status`."""
    content = {"error-code": str(code or status), "error-code-label": label}
    return RefusedError(answer(content, status=status))


def bad_parameters(invalid: dict[str, str]) -> RefusedError:
    """Return the rest host's other refusal: which parameters are wrong, and why."""
    content = {"type": "BAD_REQUEST", "error_title": "Bad Request", "invalid_parameters": invalid}
    return RefusedError(answer(content, status=400))


def validation(*invalid: Invalid, area: str = SUBACCOUNTS, status: int = 422) -> RefusedError:
    """Return the api host's refusal of parameters: each name with its reason."""
    detail = "The request failed due to validation errors"
    return problem(status, "validation", "Bad Request", detail, area=area, invalid=invalid)


def unauthorized(*, stop: str = "") -> RefusedError:
    """Return the answer to wrong or missing credentials; `stop` ends its sentence."""
    detail = f"You did not provide correct credentials{stop}"
    return problem(401, "unauthorized", "Invalid credentials supplied", detail)


def unauthorized_2024() -> RefusedError:
    """Return the same as recorded later, and from reports."""
    detail = "You did not provide correct credentials."
    return problem(401, "unauthorized", "Unauthorized", detail)


def credentials_format() -> RefusedError:
    """Return the answer of the secrets API to a header that is not Basic authentication."""
    detail = 'Invalid credentials format. Expected: "Authorization: (Base64(UTF-8(apiKey:secret)))"'
    content = {
        "type": "https://developer.nexmo.com/",
        "title": "Unauthorized",
        "detail": detail,
        "instance": trace_id(),
    }
    return RefusedError(answer(content, status=401, content_type=PROBLEM))


def invalid_api_key(api_key: str) -> RefusedError:
    """Return the answer to a key that is unknown or not the caller's."""
    detail = f"API key '{api_key}' does not exist, or you do not have access"
    return problem(404, "invalid-api-key", "Invalid API Key", detail)


def invalid_id(secret_id: str) -> RefusedError:
    """Return the answer to an id that no secret of the account has."""
    return problem(404, "invalid-id", "Invalid ID", f"ID '{secret_id}' could not be found")


def unprovisioned(api_key: str) -> RefusedError:
    """Return the answer to an account for which Vonage did not open the subaccounts API."""
    detail = f"Account {api_key} is not provisioned to access Subaccount Provisioning API"
    return problem(403, "unprovisioned", "Authorisation error", detail)


def account_suspended() -> RefusedError:
    """Return the answer to a call made by a suspended account (status and title are a guess)."""
    return problem(403, "account-suspended", "Account Suspended", SUSPENDED)


def forbidden() -> RefusedError:
    """Return the answer to a question about somebody else's account."""
    detail = "User not authorized to query the requested data."
    return problem(403, "forbidden", "Forbidden", detail)


def not_found(path: str) -> RefusedError:
    """Return the answer to a path that no endpoint has."""
    return problem(404, "not-found", "Not Found", f"Path '{path}' does not exist")


def wrong_verb(method: str, *, allowed: str) -> RefusedError:
    """Return the answer to a method that the path does not know; `allowed` lists those it does."""
    detail = f"Request method '{method}' not supported"
    refused = problem(405, "wrong-verb", "Request method not allowed", detail)
    refused.response = replace(refused.response, headers=(("Allow", allowed),))
    return refused


def unacceptable() -> RefusedError:
    """Return the answer to somebody who does not take JSON."""
    detail = "Invalid Accept header provided. Must be one of the following: 'application/json'"
    return problem(406, "accept-header", "Invalid Accept header", detail)


def unsupported_media() -> RefusedError:
    """Return the answer to a body that does not claim to be JSON."""
    detail = (
        "Unsupported Content-Type header provided. Must be one of the following: 'application/json'"
    )
    return problem(415, "content-type-header", "Unsupported Content-Type header", detail)


def malformed_json() -> RefusedError:
    """Return the answer to a body that is not a JSON object."""
    return problem(400, "invalid-json", "Malformed JSON", "Malformed JSON payload.")


def internal() -> RefusedError:
    """Return the answer to a fault of the simulator itself."""
    detail = "An internal error occurred. Please try again shortly"
    return problem(500, "internal-error", "Internal Error", detail)


def internal_2024() -> RefusedError:
    """Return the same as recorded later: without a detail."""
    content = {"type": VONAGE, "title": "Internal Server Error", "instance": trace_id()}
    return RefusedError(answer(content, status=500, content_type=PROBLEM))
