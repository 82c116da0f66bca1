"""A statement as PDF: A4, text that stays text, the same bytes for the same statement.

Names within Latin-1 use a font that every reader has; with others DejaVu is put into the file.
"""

from datetime import UTC
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from statements.seeing import Shown, View

_MARGIN, _SMALL, _USUAL, _LARGE, _LINE = 18, 8, 9.5, 15, 5.2
_OURS = "DejaVu"
_FONTS = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}


class _Sheet(FPDF):
    """Pages with a number and the account at the foot."""

    face = "Helvetica"
    foot = ""

    def footer(self) -> None:
        """Draw the foot of a page."""
        self.set_y(-15)
        self.set_font(self.face, size=_SMALL)
        self.cell(0, 6, f"{self.foot}   page {self.page_no()} of {{nb}}", align="C")

    def file_id(self) -> str:
        """Return no id: it would be another one each time."""
        return ""


def render(view: View) -> bytes:
    """Return the statement as the person sees it."""
    sheet = _sheet(view)
    sheet.add_page()
    _head(sheet, view)
    _table(sheet, view)
    _text(sheet, "Notes", view.notes)
    _text(sheet, "The difference may come from", view.reasons)
    return bytes(sheet.output())


def _sheet(view: View) -> _Sheet:
    sheet = _Sheet(format="A4")
    texts = (view.account.name, view.account.api_key, *view.notes, *view.reasons)
    if not all(_is_latin(each) for each in texts):
        for style, name in _FONTS.items():
            sheet.add_font(_OURS, style, settings.ROOT / "assets" / "vendor" / name)
        sheet.face = _OURS
    sheet.set_margins(_MARGIN, _MARGIN)
    sheet.set_auto_page_break(True, 20)
    sheet.set_creation_date(view.statement.made_at.astimezone(UTC))
    sheet.set_title(f"Statement {view.statement.month_code}")
    sheet.set_creator("Switchboard")
    sheet.set_lang("en")
    sheet.foot = f"{view.account.api_key}, {view.title}"
    return sheet


def _is_latin(text: str) -> bool:
    try:
        _plain(text).encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _plain(text: str) -> str:
    """Return the text with the signs of ours that Latin-1 lacks written out, in one line."""
    signs = {"\N{MINUS SIGN}": "-", "€\N{NO-BREAK SPACE}": "EUR ", "€": "EUR"}
    for sign, instead in signs.items():
        text = text.replace(sign, instead)
    return "".join(each if each.isprintable() else " " for each in text)


def _head(sheet: _Sheet, view: View) -> None:
    statement, month = view.statement, view.month
    made_at = statement.made_at.astimezone(ZoneInfo(statement.zone))
    _write(sheet, f"Statement, {view.title}", _LARGE, "B", 9)
    _write(sheet, view.account.name or view.account.api_key, _USUAL + 2, "B", 7)
    revision = f", revision {statement.revision}" if statement.revision > 1 else ""
    for text in (
        f"API key {view.account.api_key}",
        f"{month.first.day} to {month.last.day} {view.title}, by the clock of {statement.zone}",
        f"Made on {made_at.day} {made_at:%b %Y, %H:%M}{revision}",
    ):
        _write(sheet, text, _USUAL, "", _LINE)
    sheet.ln(4)


def _write(sheet: _Sheet, text: str, size: float, style: str, height: float) -> None:
    sheet.set_font(sheet.face, style, size)
    sheet.multi_cell(0, height, _plain(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")


def _table(sheet: _Sheet, view: View) -> None:
    sight = view.sight
    names = ["", "Count", *_if(sight.cost or sight.moves, "Amount"), *_if(sight.resale, "Resale")]
    wide, narrow = 84 if len(names) > 3 else 110, 30  # noqa: PLR2004 - millimetres
    sheet.set_font(sheet.face, size=_USUAL)
    with sheet.table(
        borders_layout="HORIZONTAL_LINES",
        col_widths=(wide, *[narrow] * (len(names) - 1)),
        text_align=("LEFT", *["RIGHT"] * (len(names) - 1)),
        headings_style=FontFace(emphasis="BOLD"),
        line_height=6,
    ) as table:
        table.row(names)
        for line in view.lines:
            table.row([_plain(each) for each in _cells(view, line)])
        for name, amounts in (("cost", view.costs), ("resale", view.resales)):
            for currency, amount in amounts.items():
                row = [f"Usage together, {name}", f"{view.records:,}"]
                if sight.cost or sight.moves:
                    row.append(_money(amount, currency) if name == "cost" else "")
                if sight.resale:
                    row.append(_money(amount, currency) if name == "resale" else "")
                table.row(row, style=FontFace(emphasis="BOLD"))
    sheet.ln(4)


def _cells(view: View, line: Shown) -> list[str]:
    sight = view.sight
    count = "" if line.count is None else f"{line.count:,}"
    if line.kind == "numbers" and line.count is None:
        count = "not known"
    shows_amount = line.is_priced and (sight.cost or not line.is_usage)
    amount = _money(line.cost, line.currency) if shows_amount else ""
    resale = _money(line.resale, line.currency, "no price") if line.is_usage else ""
    return [
        line.name,
        count,
        *_if(sight.cost or sight.moves, amount),
        *_if(sight.resale, resale),
    ]


def _if(wanted: bool, text: str) -> list[str]:  # noqa: FBT001 - reads as it is meant
    return [text] if wanted else []


def _money(amount: Decimal | None, currency: str, unknown: str = "not known") -> str:
    if amount is None:
        return unknown
    whole, _, rest = f"{amount:,f}".partition(".")
    return f"{currency} {whole}.{rest.rstrip('0').ljust(2, '0')}"


def _text(sheet: _Sheet, title: str, lines: list[str]) -> None:
    if not lines:
        return
    _write(sheet, title, _USUAL, "B", _LINE + 1)
    for text in lines:
        _write(sheet, f"- {text}", _USUAL, "", _LINE)
    sheet.ln(3)
