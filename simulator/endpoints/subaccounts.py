from simulator import problems
from simulator.credentials import caller
from simulator.exchange import Request, Response, answer
from simulator.listing import Listing, subaccount_object
from simulator.state import Account, State, UnknownAccountError


class SubaccountEndpoints:
    """The subaccounts API of the api host. Only the primary account may call it."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._listing = Listing(state)

    def index(self, request: Request, api_key: str) -> Response:
        """`GET /accounts/{k}/subaccounts`: the whole family, in one answer."""
        self._admit(request, api_key)
        return Response(200, self._listing.body())

    def show(self, request: Request, api_key: str, subaccount_key: str) -> Response:
        """`GET /accounts/{k}/subaccounts/{s}`: one of them, without its secret."""
        subaccount = self._admit(request, api_key, subaccount_key)
        return answer(subaccount_object(subaccount, primary_key=api_key))

    def _admit(self, request: Request, api_key: str, subaccount_key: str = "") -> Account:
        """Return the account that the path names, or refuse: 401, then 404, then 403."""
        account = caller(self._state, request)
        if account is None:
            raise problems.unauthorized()
        if account.api_key != api_key:
            raise problems.invalid_api_key(api_key)
        named = self._subaccount(subaccount_key) if subaccount_key else account
        if account.suspended:
            raise problems.account_suspended()
        if api_key != self._state.primary_key or not self._state.provisioned:
            raise problems.unprovisioned(api_key)
        return named

    def _subaccount(self, api_key: str) -> Account:
        try:
            account = self._state.account(api_key)
        except UnknownAccountError:
            raise problems.invalid_api_key(api_key) from None
        if api_key == self._state.primary_key:
            raise problems.invalid_api_key(api_key)
        return account
