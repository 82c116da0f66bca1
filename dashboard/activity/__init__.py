"""The activity of a workspace: the audit book and what changed at Vonage, as one list by time."""
