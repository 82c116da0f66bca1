from django.db import models


class KeyCheck(models.Model):
    """Remembers which keys have sealed something here, so that a wrong key is noticed at once."""

    key_id = models.CharField(max_length=64, primary_key=True)
    value = models.CharField(max_length=16)

    class Meta:
        db_table = "vault_key_check"

    def __str__(self) -> str:
        return self.key_id
