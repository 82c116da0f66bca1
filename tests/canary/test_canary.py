"""LG-1: secrets that are known strings go through the whole product, and stay where they belong.

`ALLOWED` is the whole list of where one may be found, each with the reason. A row that nothing
needs any more fails the test, as does a place of which too little was seen.
"""

import re

from dashboard.logs import QUIET
from tests.canary import changes
from tests.canary import walk as chapters
from tests.canary.watching import UNWRITTEN

NUMBER = r"phone number|token of a webhook"
ALLOWED = [
    ("new API secret", r"page:POST /w/harbour/operations/…/secret/", "it is shown, once"),
    ("new API secret", r"page:POST /hand-over/", "it is taken by whoever has link and code"),
    ("hand-over (token|code)", r"page:POST .*/hand-over/", "whoever passes them on sees them once"),
    ("TOTP seed", r"page:(GET|POST) /me/security/app/add/", "the app is given it by the person"),
    ("recovery code", r"page:GET /me/security/codes/", "they are shown, once"),
    ("invitation token", r"mail:ada invites you to Harbour", "the link goes to the invited"),
    ("password-reset token", r"mail:Choose a new password", "the link goes to the known address"),
    ("session key", r"cookies", "the browser is to send it back"),
    (
        "session key",
        r"column:(django_session|usersessions_usersession)\.session_key|database file",
        "a session is found by its key, and ends when it was not used for half an hour",
    ),
    ("session key", r"redis:names|redis commands", "as in the database, for a minute at most"),
    ("session key", r"statements", "as in the database; never in the log"),
    (
        "password that is wrong",
        r"page:POST /sign-in/|statements",
        "typed into the field of the name, it is looked for as a name and stands there again",
    ),
    (
        r"(?!session key).*",
        r"contexts of pages",
        "all that a page is made of; never in the log",
    ),
    # A number and its webhook are what the product manages: they stand in its tables and pages,
    # and in the book, which tells which number was moved. Not in logs, Redis, mails, addresses.
    (NUMBER, r"column:phone_numbers_number\..*|database file|statements", "the list of numbers"),
    (NUMBER, r"page:.*/numbers/(transfer/)?|export:.*/numbers/export/", "pages and files of it"),
    ("phone number", r"column:operations_(draft|operation)\.wanted", "what is to be moved"),
    ("phone number", r"column:audit_entry\.new", "which number was moved, and looked for"),
    ("phone number", r"page:.*/(operations/…|activity|numbers/moves/…)/", "what was moved"),
    ("phone number", r"export:.*/activity/export/", "the book, as a file"),
    # A number that is looked for in records, and the records: sealed wherever they are kept.
    ("number in a record", r"page:.*/logs/(\S+/)?", "to whoever may see it"),
    ("number in a record", r"addresses of calls", "Vonage is asked for it; never in the log"),
    ("number in a record", r"export:.*/logs/\S+/download/", "the same, as a file"),
]

SEEN = {
    # At least so many bytes of each kind of place; a walk leaves about twice as much.
    "log": 80_000,
    "statements": 2_000_000,
    "contexts of pages": 300_000,
    "addresses of calls": 5_000,
    "page": 600_000,
    "headers": 50_000,
    "cookies": 8_000,
    "export": 15_000,
    "column": 30_000,
    "redis": 1_500,
    "redis commands": 200_000,
    "mail": 2_500,
    "mail headers": 5_000,
    "error mail": 15_000,
    "process": 500,
}
CANARIES = {
    "API secret of the connection",
    "API secret that is wrong",
    "new API secret",
    "hand-over token",
    "hand-over code",
    "set-up token",
    "invitation token",
    "password-reset token",
    "password of the primary user",
    "password of the invited",
    "password by reset",
    "password that is wrong",
    "session key",
    "TOTP seed",
    "recovery code",
    "trx",
    "trx with a fault",
    "phone number",
    "number in a record",
    "token of a webhook",
}


def reasons(found):
    """Return the rows that allow a find."""
    return [
        row
        for row in ALLOWED
        if re.fullmatch(row[0], found.canary) and re.fullmatch(row[1], found.place)
    ]


def test_no_secret_is_where_it_does_not_belong(walk, gather):
    ada = chapters.set_up(walk)
    chapters.connect(walk, ada)
    changes.known_random(walk)
    codes = chapters.add_factor(walk, ada)
    ada = chapters.sign_in(walk, codes)
    chapters.invite(walk, ada)
    changes.show_once(walk, ada)
    changes.hand_over(walk, ada)
    changes.hold(walk, ada)
    changes.top_up(walk, ada)
    changes.numbers(walk, ada)
    changes.logs(walk, ada)
    ada = chapters.reset_password(walk, codes[2])
    chapters.look_everywhere(walk, ada)

    places = gather()
    sizes = places.sizes()
    assert {
        kind: sizes.get(kind, 0) for kind, least in SEEN.items() if sizes.get(kind, 0) < least
    } == {}
    assert {each.name for each in walk.canaries} == CANARIES
    assert sum(each.name == "new API secret" for each in walk.canaries) >= 6
    found = places.search(walk.canaries)
    assert [each for each in found if not reasons(each)] == []
    used = {row for each in found for row in reasons(each)}
    assert [row for row in ALLOWED if row not in used] == []


def test_what_is_never_written_to_the_log_is_kept_quiet():
    assert all(name in QUIET or name.partition(".")[0] in QUIET for name in UNWRITTEN)
