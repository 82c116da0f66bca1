"""The activity of a workspace: the audit book and what happened at Vonage, one list by time."""
