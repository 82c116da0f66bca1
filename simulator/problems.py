"""Refusals, in the two forms that Vonage has: problem documents and the legacy pair."""

import uuid
from dataclasses import replace

from simulator.exchange import PROBLEM, Response, answer

TYPES = "https://developer.nexmo.com/api-errors"


class RefusedError(Exception):
    """An endpoint says no; `response` is what the caller gets."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"Refused with status {response.status}.")
        self.response = response


def problem(status: int, fragment: str, title: str, detail: str, *, area: str = "") -> RefusedError:
    """Return a refusal as a problem document of the api host, with a new trace id.

    `area` is the part of the type between the host and the fragment, such as
    `/account/subaccounts`.
    """
    content = {
        "type": f"{TYPES}{area}#{fragment}",
        "title": title,
        "detail": detail,
        "instance": str(uuid.uuid4()),
    }
    return RefusedError(answer(content, status=status, content_type=PROBLEM))


def legacy(status: int, label: str) -> RefusedError:
    """Return a refusal as the pair of strings of the rest host."""
    return RefusedError(
        answer({"error-code": str(status), "error-code-label": label}, status=status)
    )


def unauthorized() -> RefusedError:
    """Return the answer to wrong or missing credentials."""
    return problem(
        401,
        "unauthorized",
        "Invalid credentials supplied",
        "You did not provide correct credentials",
    )


def invalid_api_key(api_key: str) -> RefusedError:
    """Return the answer to a key that is unknown or not the caller's."""
    detail = f"API key '{api_key}' does not exist, or you do not have access"
    return problem(404, "invalid-api-key", "Invalid API Key", detail)


def unprovisioned(api_key: str) -> RefusedError:
    """Return the answer to an account for which Vonage did not open the subaccounts API."""
    detail = f"Account {api_key} is not provisioned to access Subaccount Provisioning API"
    return problem(403, "unprovisioned", "Authorisation error", detail)


def account_suspended() -> RefusedError:
    """Return the answer to a call made by a suspended account (status and title are a guess)."""
    return problem(403, "account-suspended", "Account Suspended", SUSPENDED)


def not_found(path: str) -> RefusedError:
    """Return the answer to a path that no endpoint has."""
    return problem(404, "not-found", "Not Found", f"Path '{path}' does not exist")


def wrong_verb(method: str, *, allowed: str) -> RefusedError:
    """Return the answer to a method that the path does not know; `allowed` lists those it does."""
    detail = f"Request method '{method}' not supported"
    refused = problem(405, "wrong-verb", "Request method not allowed", detail)
    refused.response = replace(refused.response, headers=(("Allow", allowed),))
    return refused


def internal() -> RefusedError:
    """Return the answer to a fault of the simulator itself."""
    detail = "An internal error occurred. Please try again shortly"
    return problem(500, "internal-error", "Internal Error", detail)


SUSPENDED = "This account has been suspended"
