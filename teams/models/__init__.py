"""People, the workspaces they have a part in, and what they may do there."""

from teams.models.door import FactorReset, FactorSeed, KnownPlace, Tally, UsedCode
from teams.models.grants import Grant, Reach, Role
from teams.models.members import Handover, Invitation, Member
from teams.models.people import User, existing_time_zone
from teams.models.requests import AccessRequest
from teams.models.workspaces import SetupLink, Workspace

__all__ = [
    "AccessRequest",
    "FactorReset",
    "FactorSeed",
    "Grant",
    "Handover",
    "Invitation",
    "KnownPlace",
    "Member",
    "Reach",
    "Role",
    "SetupLink",
    "Tally",
    "UsedCode",
    "User",
    "Workspace",
    "existing_time_zone",
]
