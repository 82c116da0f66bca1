"""What has a price at Vonage."""

from typing import NamedTuple, get_args

from vonage_api.pricing import Product as Code


class Product(NamedTuple):
    """A product: Vonage's word for it, its name here, and what the price is for."""

    code: Code
    name: str
    per: str


_KNOWN: dict[Code, tuple[str, str]] = {
    "sms": ("SMS", "per message"),
    "sms-transit": ("SMS transit", "per message"),
    "voice": ("Voice", "per minute"),
}
PRODUCTS: dict[str, Product] = {code: Product(code, *_KNOWN[code]) for code in get_args(Code)}
"""All products, in the order in which they are listed."""
