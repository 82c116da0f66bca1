"""Where the chains stand, by mail: once a day whatever dies, and good as evidence."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from audit.mailing import mail_checkpoints
from audit.models import CheckpointMail
from dashboard import values
from dashboard.celery import app

pytestmark = pytest.mark.django_db

CUT = (
    "DELETE FROM audit_entry WHERE seq > 8",
    "UPDATE audit_chain SET seq = 8, head = (SELECT hash FROM audit_entry WHERE seq = 8)",
    "DELETE FROM audit_checkpoint",
    "DELETE FROM audit_checkpoint_mail",
)


@pytest.fixture(autouse=True)
def address(settings, write):
    settings.AUDIT_CHECKPOINT_MAIL = ("keeper@elsewhere.example", "two@elsewhere.example")
    write(10)


@pytest.fixture
def tomorrow():
    """Let the mails that were sent be those of the day before."""

    def move():
        for row in CheckpointMail.objects.all():
            CheckpointMail.objects.filter(pk=row.pk).update(day=row.day - timedelta(days=1))

    return move


@pytest.mark.parametrize("mark", ["", "> ", ">> "])
def test_saved_mail_shows_that_the_end_was_cut_off(
    mark, tmp_path, checkpoint_file, tamper, faults, chain
):
    assert mail_checkpoints()
    lines = mail.outbox[0].message().get_payload(decode=True).decode().splitlines()
    saved = tmp_path / "mail.txt"
    saved.write_text("\r\n".join(mark + line for line in lines))
    assert faults(checkpoints=saved) == []
    checkpoint_file.unlink()
    tamper(*CUT)
    assert faults() == []  # here nothing shows it any more
    gone = f"{chain}, entry 10: a checkpoint saw this entry, and it is gone: cut off"
    assert faults(checkpoints=saved) == [gone]


def test_one_mail_a_day_to_all_addresses(write):
    app.loader.import_default_modules()
    for _ in range(3):
        app.tasks["audit.tasks.mail_checkpoints"]()
        write()
    assert [each.to for each in mail.outbox] == [
        ["keeper@elsewhere.example", "two@elsewhere.example"]
    ]


def test_the_next_day_says_what_has_moved_since(write, tomorrow, chain):
    mail_checkpoints()
    tomorrow()
    assert mail_checkpoints()
    assert "None has moved." in mail.outbox[1].body
    write(3)
    tomorrow()
    assert mail_checkpoints()
    assert f'"chain":"{chain}"' in mail.outbox[2].body
    assert '"seq":13' in mail.outbox[2].body
    assert mail.outbox[2].body.count("audit checkpoint") == 1


def test_refused_mail_is_tried_again(monkeypatch):
    with monkeypatch.context() as refusing:
        refusing.setattr(EmailBackend, "send_messages", lambda *_: 1 / 0)
        assert not mail_checkpoints()
    assert mail_checkpoints()
    assert len(mail.outbox) == 1


def test_mail_whose_sender_died_is_not_sent_twice_and_nothing_is_left_out(monkeypatch, tomorrow):
    class Killed(BaseException):
        pass

    def send_and_die(self, messages):
        mail.outbox.extend(messages)
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(EmailBackend, "send_messages", send_and_die)
        with pytest.raises(Killed):
            mail_checkpoints()
    assert not mail_checkpoints()
    assert len(mail.outbox) == 1
    tomorrow()
    assert mail_checkpoints()
    assert '"seq":10' in mail.outbox[1].body


def test_nobody_gets_one_unless_asked_for(settings):
    settings.AUDIT_CHECKPOINT_MAIL = ()
    assert not mail_checkpoints()
    assert not CheckpointMail.objects.filter(day__lte=timezone.now()).exists()


def test_addresses_are_read_or_refused():
    assert values.mail_addresses(" a@b.example, c@d.example ") == ("a@b.example", "c@d.example")
    for wrong in ("nobody", "@x", "a@", "a b@c", "a@b\n.c"):
        with pytest.raises(ValueError, match="not a mail address"):
            values.mail_addresses(wrong)
