"""Everything that may stand in the audit book, `noun:noun:verb`.

A code is never reused or renamed: old entries keep theirs for ever, and it is part of what their
hashes cover.
"""

from enum import StrEnum
from typing import Self


class Event(StrEnum):
    """One kind of event. The description goes on after the name of the person who acted."""

    description: str

    def __new__(cls, code: str, description: str) -> Self:
        """Keep the description beside the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.description = description
        return member

    INSTALLATION_SET_UP = "installation:setup:complete", "set up the installation"
    SETTINGS_CHANGED = "workspace:settings:change", "changed the settings of the workspace"
    KEYS_ROTATED = "installation:keys:rotate", "sealed the stored secrets under a new key"

    SIGNED_IN = "user:session:start", "signed in"
    SIGN_IN_FAILED = "user:session:fail", "tried to sign in and failed"
    SIGNED_OUT = "user:session:leave", "signed out"
    SESSION_ENDED = "user:session:end", "ended a session"
    REAUTHENTICATED = "user:session:confirm", "confirmed who they are"
    PASSWORD_CHANGED = "user:password:change", "changed the password"
    PASSWORD_RESET = "user:password:reset", "set a new password with a link sent by mail"
    EMAIL_CHANGED = "user:email:change", "changed the e-mail address"
    FACTOR_ADDED = "user:factor:add", "added a second factor"
    FACTOR_REMOVED = "user:factor:remove", "removed a second factor"
    FACTOR_RESET = "user:factor:reset", "reset somebody's second factors"
    FACTOR_RESET_ASKED = "user:factor:ask_reset", "asked to reset somebody's second factors"
    FACTOR_RESET_CANCELLED = "user:factor:cancel_reset", "called off a reset of second factors"
    RECOVERY_CODES_MADE = "user:recovery_codes:make", "made new recovery codes"
    RECOVERY_CODE_USED = "user:recovery_codes:use", "used a recovery code"
    IDENTITY_CONNECTED = "user:identity:connect", "connected a login of single sign-on"
    IDENTITY_DISCONNECTED = "user:identity:disconnect", "disconnected a login of single sign-on"

    CONNECTION_MADE = "workspace:connection:make", "connected the workspace to Vonage"
    CONNECTION_CHANGED = "workspace:connection:change", "changed the connection to Vonage"
    CONNECTION_REFUSED = "workspace:connection:refuse", "tried a connection that Vonage refused"

    MEMBER_INVITED = "member:invitation:send", "invited a member"
    INVITATION_RESENT = "member:invitation:resend", "sent an invitation again"
    INVITATION_WITHDRAWN = "member:invitation:withdraw", "withdrew an invitation"
    INVITATION_ACCEPTED = "member:invitation:accept", "accepted an invitation"
    MEMBER_SUSPENDED = "member:membership:suspend", "locked a member out for the time being"
    MEMBER_RESUMED = "member:membership:resume", "let a member in again"
    MEMBER_REMOVED = "member:membership:remove", "removed a member"
    MEMBER_LEFT = "member:membership:leave", "left the workspace"

    ROLE_MADE = "team:role:make", "made a role"
    ROLE_CHANGED = "team:role:change", "changed a role"
    ROLE_REMOVED = "team:role:remove", "removed a role"
    GRANT_GIVEN = "member:grant:give", "gave access"
    GRANT_CHANGED = "member:grant:change", "changed somebody's access"
    GRANT_ENDED = "member:grant:end", "ended somebody's access"
    TAG_DEFINED = "team:tag:define", "defined a tag"
    TAG_PUT = "account:tag:put", "put a tag on an account"
    TAG_TAKEN_OFF = "account:tag:remove", "took a tag off an account"
    TAG_REMOVED = "team:tag:remove", "removed a tag"

    OWNERSHIP_OFFERED = "workspace:ownership:offer", "offered to hand over the workspace"
    OWNERSHIP_ACCEPTED = "workspace:ownership:accept", "agreed to take over the workspace"
    OWNERSHIP_CANCELLED = "workspace:ownership:cancel", "called off the handing over"
    OWNERSHIP_HANDED_OVER = "workspace:ownership:hand_over", "handed over the workspace"
    OWNERSHIP_RECOVERED = "workspace:ownership:recover", "replaced a lost primary user"

    VIEW_AS_STARTED = "member:view_as:start", "started to look with somebody's eyes"
    VIEW_AS_ENDED = "member:view_as:end", "stopped looking with somebody's eyes"
    ACCESS_DENIED = "access:right:deny", "was refused for want of a right"
    ACCESS_ASKED = "access:request:ask", "asked for a right"
    ACCESS_ANSWERED = "access:request:answer", "answered the wish for a right"

    TRANSFER_ASKED = "account:transfer:ask", "asked for a transfer"
    TRANSFER_SETTLED = "account:transfer:settle", "learned what became of a transfer"
    SUBACCOUNT_ASKED = "account:creation:ask", "asked for a new subaccount"
    SUBACCOUNT_SETTLED = "account:creation:settle", "learned what became of a new subaccount"
    CHANGE_ASKED = "account:change:ask", "asked for a change of an account at Vonage"
    CHANGE_SETTLED = "account:change:settle", "learned what became of a change at Vonage"
    OPERATION_APPROVED = "account:approval:give", "approved what somebody else asked for"
    SECRET_ASKED = "account:secret:ask", "asked for a change of the API secrets"
    SECRET_SETTLED = "account:secret:settle", "learned what became of a change of the API secrets"
    SECRET_OFFERED = "account:secret:offer", "made a link by which a new API secret can be taken"
    SECRET_TAKEN = "account:secret:take", "took a new API secret by its link"
    SECRET_CONFIRMED = "account:secret:confirm", "confirmed that a new API secret is in use"
    SECRET_SHOWN = "account:secret:show", "looked at a new API secret"
    SECRET_POLICY_CHANGED = "workspace:secret:policy", "said when API secrets are old"
    ROTATION_STARTED = "account:rotation:start", "began to replace an API secret"
    ROTATION_STOPPED = "account:rotation:stop", "stopped the replacing of an API secret"
    ROTATION_CONFIRMED = "account:rotation:confirm", "said that a new API secret is in use"
    CAMPAIGN_STARTED = "workspace:campaign:start", "began to replace many API secrets"
    CAMPAIGN_STOPPED = "workspace:campaign:stop", "stopped the replacing of many API secrets"
    CAMPAIGN_RESUMED = "workspace:campaign:resume", "let the replacing of many API secrets go on"
    NUMBER_ASKED = "account:number:ask", "asked for a transfer of a phone number"
    NUMBER_SETTLED = "account:number:settle", "learned what became of a transfer of a phone number"
    TOP_UP_ASKED = "account:top_up:ask", "asked for a top-up"
    TOP_UP_SETTLED = "account:top_up:settle", "learned what became of a top-up"
    AUTO_RELOAD_NOTED = "workspace:auto_reload:note", "noted what is known of auto-reload"
    AUTO_RELOAD_MISSED = "workspace:auto_reload:miss", "noticed that auto-reload stays away"
    AUTO_RELOAD_MEANT_OFF = "workspace:auto_reload:dismiss", "said that auto-reload is meant off"
    ACCOUNT_SETTINGS_ASKED = "account:settings:ask", "asked for a change of an account's settings"
    ACCOUNT_SETTINGS_SETTLED = (
        "account:settings:settle",
        "learned what became of a change of an account's settings",
    )
    TEMPLATE_FOLLOWED = "account:template:follow", "had accounts follow a template of settings"
    TEMPLATE_LEFT = "account:template:leave", "let an account follow no template of settings"
    TEMPLATE_MADE = "workspace:template:make", "made a template of settings"
    TEMPLATE_CHANGED = "workspace:template:change", "changed a template of settings"
    TEMPLATE_REMOVED = "workspace:template:remove", "removed a template of settings"
    SENDING_HALTED = "workspace:sending:halt", "stopped everything that is sent to Vonage"
    SENDING_RESUMED = "workspace:sending:resume", "let what is sent to Vonage go on"
    FINDINGS_SEEN = "workspace:finding:see", "looked at what does not match in the books"
    POLICY_CHANGED = "workspace:policy:change", "changed what needs an approval"

    REPORT_ORDERED = "workspace:report:order", "ordered a report"
    REPORT_CANCELLED = "workspace:report:cancel", "cancelled a report"
    REPORT_BUDGET_CHANGED = "workspace:report:budget", "changed how many records may be ordered"
    STATEMENTS_MADE = "workspace:statement:make", "made the statements of a month"
    STATEMENT_SCHEDULE_CHANGED = (
        "workspace:statement:schedule",
        "changed when statements are made",
    )
    STATEMENT_MAILED_AGAIN = "account:statement:mail", "had a statement mailed again"
    RESALE_PRICES_CHANGED = "workspace:statement:prices", "changed resale prices"
    REPORT_KEEPING_CHANGED = "workspace:report:keeping", "changed how long reports are kept"
    REPORTS_DAILY_CHANGED = "workspace:report:daily", "changed which reports are ordered every day"
    LOG_SEARCHED = "account:log:search", "searched the records of messages and calls"
    LOG_SEARCH_STOPPED = "account:log:stop", "stopped a search of records"
    EXPORT_MADE = "workspace:export:make", "exported data"
    AUDIT_READ = "workspace:audit:read", "read the audit book"


_DESCRIPTIONS = {event.value: event.description for event in Event}


def sentence_of(code: str) -> str:
    """Return the description of an event, or its code where this release does not know it."""
    return _DESCRIPTIONS.get(code, code)
