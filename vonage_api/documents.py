import json
from collections.abc import Iterable


def check_keys(body: bytes) -> None:
    """Raise `ValueError` unless the body is one JSON document without a key given twice.

    Of two values for one key every reader picks another one, and the key may be `amount`. May
    raise `RecursionError`, too.
    """
    # No value is kept: of 100,000 subaccounts this takes a quarter of a second and little room.
    try:
        json.loads(body.decode(), object_pairs_hook=_check, parse_float=len, parse_int=len)
    except json.JSONDecodeError as exc:
        problem = str(exc)
    else:
        return
    raise ValueError(problem)


def check_keys_of_rows(body: bytes, groups: Iterable[Iterable[str]]) -> None:
    """Do the same for a long list of objects, by counting: quick where all is well.

    The keys of a group stand in the same objects, so where one stands as often as the others no
    object has one twice. Where they do not (a name that is spelled like a key, an object that
    lacks one), the body is read for it.
    """
    for keys in groups:
        if len({body.count(f'"{key}"'.encode()) for key in keys}) > 1:
            check_keys(body)
            return


def _check(pairs: list[tuple[str, object]]) -> None:
    if len(pairs) != len({key for key, _ in pairs}):
        raise ValueError("a key stands twice in one object")
