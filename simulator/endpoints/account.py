from simulator import problems, wire
from simulator.credentials import caller
from simulator.exchange import Request, Response, answer
from simulator.state import Account, State


class AccountEndpoints:
    """The account API of the rest host. Any account may call it, for itself."""

    def __init__(self, state: State) -> None:
        self._state = state

    def balance(self, request: Request) -> Response:
        """`GET /account/get-balance`: on shared balance, that of the primary account."""
        account = self._admit(request)
        value = wire.eight_decimals(self._state.funds(account.api_key).balance)
        return answer({"value": value, "autoReload": False})

    def _admit(self, request: Request) -> Account:
        account = caller(self._state, request, rest_host=True)
        if account is None:
            raise problems.legacy(401, "authentication failed")
        if account.suspended:
            raise problems.legacy(403, problems.SUSPENDED)
        return account
