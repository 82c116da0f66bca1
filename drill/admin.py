"""The simulator's administration, of which the product is not told."""

from typing import Any

import requests


class Admin:
    """One simulator's admin port."""

    def __init__(self, url: str) -> None:
        self._url = url

    def kinds(self) -> list[str]:
        """Return the faults that there are."""
        return [each["name"] for each in self._get("/faults")["kinds"]]

    def misbehave(self, *, share: float, seed: str, late: float, kinds: list[str]) -> None:
        """Let a share of POSTs and lists be struck, each kind equally often."""
        self._post(
            "/faults",
            share=share,
            seed=seed,
            kinds=kinds,
            hang_s=2,
            late_s=late,
            stale_s=1,
            refuse_s=0.3,
            drip_s=0.05,
            slow_s=0.3,
        )

    def mend(self) -> None:
        """Misbehave no more."""
        self._post("/faults/mend")

    def list_nothing(self) -> None:
        """Answer no list any more."""
        self._post("/faults", share=1, kinds=["list-500"], seed="blind")

    def struck(self) -> dict[str, int]:
        """Return how often each kind of fault has struck."""
        return dict(self._get("/faults")["struck"])

    def transfers(self) -> list[dict[str, Any]]:
        """Return all that truly happened."""
        return list(self._get("/transfers")["transfers"])

    def adds_up(self) -> bool:
        """Return whether every balance is the sum of what happened to it."""
        violations = self._get("/invariants")["violations"]
        return not [each for each in violations if "I11" in str(each)]

    def deeds(self, *acts: str) -> list[dict[str, Any]]:
        """Return the mutations of these names that truly happened, oldest first."""
        entries = self._get("/ledger?limit=100000")["entries"]
        return [each for each in entries if each["act"] in acts]

    def secrets(self) -> dict[str, list[str]]:
        """Return the ids of the API secrets that open each account."""
        return {each["api_key"]: each["secrets"] for each in self._get("/accounts")["accounts"]}

    def give(self, msisdn: str, owner: str) -> None:
        """Let an account have a number."""
        self._post("/numbers", msisdn=msisdn, owner=owner)

    def _get(self, path: str) -> Any:
        return requests.get(self._url + path, timeout=60).json()

    def _post(self, path: str, **fields: Any) -> Any:
        answer = requests.post(self._url + path, json=fields, timeout=60)
        answer.raise_for_status()
        return answer.json()
