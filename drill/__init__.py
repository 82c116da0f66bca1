"""The proof that no euro is moved twice: campaigns against a Vonage that misbehaves."""
