"""The proof for what cannot be repeated besides money: API secrets and phone numbers."""
