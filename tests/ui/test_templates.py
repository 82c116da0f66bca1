"""What no template may have: it would break the content security policy, or a rule of ours."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.loader import get_template, render_to_string

ROOT = Path(__file__).resolve().parents[2]

FORBIDDEN = {
    "style attribute": r"\sstyle\s*=",
    "style element": r"<style\b",
    "script in the page": r"<script\b(?![^>]*\bsrc=)",
    "event handler": r"\son[a-z]+\s*=",
    "hx-on": r"\b(data-)?hx-on\b",
    "script address": r"javascript:",
    "htmx evaluation": r"""hx-(vals|headers)\s*=\s*["']js:""",
    "htmx trigger filter": r"""hx-trigger\s*=\s*["'][^"']*\[""",
    "safe filter": r"\|\s*safe\b",
    "autoescape off": r"autoescape\s+off",
    "mark_safe": r"mark_safe",
    "another host": r"""(https?:)?//[a-z0-9.-]+\.[a-z]{2,}""",
    "new window without protection": r"target\s*=\s*[\"']_blank",
}


@pytest.mark.parametrize("fault", FORBIDDEN)
def test_no_template_has(fault, template_files):
    pattern = re.compile(FORBIDDEN[fault], re.IGNORECASE)
    mails = {"autoescape off"}  # plain text has nothing to escape
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in template_files
        if not (fault in mails and path.suffix == ".txt")
        for match in pattern.finditer(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("style attribute", '<p style="x">'),
        ("script in the page", "<script>x</script>"),
        ("event handler", '<p onclick="x">'),
        ("htmx trigger filter", 'hx-trigger="click[x]"'),
        ("safe filter", "{{ x|safe }}"),
        ("another host", '<script src="//cdn.example.com/x.js">'),
    ],
)
def test_the_search_finds(fault, text):
    assert re.search(FORBIDDEN[fault], text, re.IGNORECASE)


def test_every_template_can_be_read(template_files):
    pages = [path for path in template_files if "templates_jinja" not in path.parts]
    for path in pages:
        get_template(str(path.relative_to(ROOT / "templates")))


def test_safe_strings_are_made_in_ui_alone():
    makers = re.compile(r"mark_safe|SafeString\(|\|safe\b")
    ours = [
        path for name in ("accounts", "dashboard", "teams") for path in (ROOT / name).rglob("*.py")
    ]
    assert len(ours) > 20
    assert [str(path) for path in ours if makers.search(path.read_text())] == []


def test_scripts_of_ours_evaluate_nothing():
    scripts = list((ROOT / "static" / "js").glob("*.js"))
    assert len(scripts) == 4
    evaluating = re.compile(
        r"\beval\(|new Function|innerHTML|outerHTML|document\.write|insertAdjacent"
    )
    assert [path.name for path in scripts if evaluating.search(path.read_text())] == []


def test_htmx_is_kept_on_a_short_lead():
    head = (ROOT / "templates" / "components" / "head.html").read_text()
    config = json.loads(re.search(r"name=\"htmx-config\"\s+content='([^']*)'", head)[1])
    assert config["selfRequestsOnly"] is True
    off = ("allowEval", "allowScriptTags", "includeIndicatorStyles", "historyRestoreAsHxRequest")
    assert [name for name in off if config[name] is not False] == []
    assert config["historyCacheSize"] == 0
    assert {"code": "422", "swap": True} in config["responseHandling"]


class Outline(HTMLParser):
    """Collects what a page must have."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.lang = dict(attrs).get("lang") or ""


@pytest.mark.parametrize("name", ["500.html", "503.html"])
def test_the_last_pages_need_nothing(name):
    html = render_to_string(name)
    outline = Outline()
    outline.feed(html)
    assert outline.lang == "en"
    assert {"title", "h1", "main"} <= set(outline.tags)
    assert "data-fault" in html
