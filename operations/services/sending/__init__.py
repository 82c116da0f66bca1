"""Sending one operation: claim, look first where there is doubt, fence, one attempt, record."""

from operations.services.sending.run import send_one, send_ready

__all__ = ["send_one", "send_ready"]
