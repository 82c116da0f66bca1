"""Every path of both hosts, and who answers it."""

from simulator.endpoints.account import AccountEndpoints
from simulator.endpoints.audit import PATH, AuditEndpoints
from simulator.endpoints.health import health
from simulator.endpoints.phone_numbers import NumberEndpoints
from simulator.endpoints.pricing import PricingEndpoints
from simulator.endpoints.reports import ReportEndpoints
from simulator.endpoints.secrets import SecretEndpoints
from simulator.endpoints.subaccounts import SubaccountEndpoints
from simulator.endpoints.transfers import TransferEndpoints
from simulator.routing import Route
from simulator.state import State

HEALTH = "/healthz"
ACCOUNT = "/accounts/{api_key}"


def routes(state: State) -> tuple[Route, ...]:
    """Return the routes of a simulator, over one state."""
    return (Route("GET", HEALTH, health), *_rest_host(state), *_accounts(state), *_others(state))


def _rest_host(state: State) -> tuple[Route, ...]:
    account, numbers, prices = (
        AccountEndpoints(state),
        NumberEndpoints(state),
        PricingEndpoints(state),
    )
    return (
        Route("GET", "/account/get-balance", account.balance),
        Route("POST", "/account/top-up", account.top_up),
        Route("POST", "/account/settings", account.settings),
        Route("GET", "/account/get-pricing/outbound/{service}", prices.country),
        Route("GET", "/account/get-full-pricing/outbound/{service}", prices.every),
        Route("GET", "/account/get-prefix-pricing/outbound/{service}", prices.prefix),
        Route("GET", "/account/numbers", numbers.owned),
        Route("GET", "/number/search", numbers.search),
        Route("POST", "/number/buy", numbers.buy),
        Route("POST", "/number/cancel", numbers.cancel),
        Route("POST", "/number/update", numbers.update),
    )


def _accounts(state: State) -> tuple[Route, ...]:
    subaccounts, secrets = SubaccountEndpoints(state), SecretEndpoints(state)
    balance, credit = TransferEndpoints(state, "balance"), TransferEndpoints(state, "credit")
    family, one_secret = ACCOUNT + "/subaccounts", ACCOUNT + "/secrets/{secret_id}"
    return (
        Route("GET", family, subaccounts.index),
        Route("POST", family, subaccounts.create),
        Route("GET", family + "/{subaccount_key}", subaccounts.show),
        Route("PATCH", family + "/{subaccount_key}", subaccounts.modify),
        Route("GET", ACCOUNT + "/balance-transfers", balance.index),
        Route("POST", ACCOUNT + "/balance-transfers", balance.create),
        Route("GET", ACCOUNT + "/credit-transfers", credit.index),
        Route("POST", ACCOUNT + "/credit-transfers", credit.create),
        Route("POST", ACCOUNT + "/transfer-number", NumberEndpoints(state).transfer),
        Route("GET", ACCOUNT + "/secrets", secrets.index),
        Route("POST", ACCOUNT + "/secrets", secrets.create),
        Route("GET", one_secret, secrets.show),
        Route("DELETE", one_secret, secrets.revoke),
    )


def _others(state: State) -> tuple[Route, ...]:
    reports, audit = ReportEndpoints(state), AuditEndpoints(state)
    return (
        Route("GET", "/v2/reports/records", reports.records),
        Route("GET", "/v2/reports", reports.index),
        Route("POST", "/v2/reports", reports.create),
        Route("GET", "/v2/reports/{report_id}", reports.show),
        Route("DELETE", "/v2/reports/{report_id}", reports.cancel),
        Route("GET", "/v3/media/{file_id}", reports.download),
        Route("GET", PATH, audit.index),
        Route("OPTIONS", PATH, audit.types),
        Route("GET", PATH + "/{event_id}", audit.show),
        Route("GET", "/v2/account/pricing/{service}", PricingEndpoints(state).page),
    )
