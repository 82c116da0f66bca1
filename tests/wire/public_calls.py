"""What a client can be asked, read from its own classes."""

from inspect import isfunction, isgeneratorfunction
from typing import Any

from vonage_api import VonageClient


def apis(client: VonageClient) -> dict[str, Any]:
    """Return the client's public parts by name: account, secrets and so on."""
    return {name: part for name, part in vars(client).items() if not name.startswith("_")}


def calls(api: Any) -> tuple[str, ...]:
    """Return the names of an API's public calls."""
    return tuple(n for n, f in vars(type(api)).items() if isfunction(f) and not n.startswith("_"))


def yields(api: Any, name: str) -> bool:
    """Tell whether a call hands out its results one by one."""
    return isgeneratorfunction(getattr(type(api), name))
