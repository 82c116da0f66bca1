"""The door: how people sign in, prove that it is still them, and leave."""
