"""The proof that nothing is done twice: campaigns against a Vonage that misbehaves."""
