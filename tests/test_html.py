"""The HTML report in a real browser: it loads silently, filters, is used by keyboard, and hostile values stay text."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from edi_lint import Config, Linter
from edi_lint.findings import ClaimRef, Summary
from edi_lint.output import Run, hand_over
from edi_lint.reports.html import Html
from edi_lint.reports.html import output as html_output
from tests.browser import Browser, Page, browser_path
from tests.conftest import AS_OF, FIXTURES
from tests.formats import html_records
from tests.test_formats import HOSTILE

COUNT = "document.getElementById('count').textContent"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = browser_path()
    if path is None:
        pytest.skip("no Chromium here to open the report in; CI has one (apt-get install chromium)")
    with Browser(path) as browser:
        yield browser


def report(folder: Path, *inputs: Path | bytes, **settings: object) -> Path:
    """A page about these inputs, made as the command makes it."""
    linter = Linter(Config(as_of=AS_OF, **settings))  # type: ignore[arg-type]
    out = io.StringIO(newline="")
    output = Html(out, Run(linter.rules))
    output.begin()
    for number, one in enumerate(inputs):
        name = one.name if isinstance(one, Path) else f"batch-{number}.edi"
        output.begin_input(name)
        for part, findings in linter.parts(one, name):
            hand_over([output], part, findings)
        output.end_input()
    output.end(linter.summary)
    path = folder / "report.html"
    path.write_text(out.getvalue(), "utf-8", newline="")
    return path


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report about several files with errors, warnings and notes at every level of a batch."""
    names = ("broken-structure.edi", "providers.edi", "vaccine-billed-96372.edi", "wrapped-80.edi", "base.edi")
    return report(tmp_path_factory.mktemp("mixed"), *(FIXTURES / name for name in names))


def text_of(page: Page, selector: str) -> list[str]:
    found: list[str] = page.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((one) => one.textContent)")
    return found


def contrast(one: str, other: str) -> float:
    """The contrast of two CSS colours by WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


# -- without a browser ----------------------------------------------------------------------------------


def test_totals_are_those_of_the_batch(tmp_path: Path) -> None:
    path = report(tmp_path, FIXTURES / "vaccine-billed-96372.edi")
    end = html_records(path.read_text("utf-8"))[-1][1]
    assert end["claims"] == [1, 0, 0, 1]
    assert (end["held"], end["charges"]) == ("205.00", "410.00")
    assert end["rules"] == [["ADM001", "error", 1]]
    assert end["payers"] == [["commercial", 1, 0, 0]]


def test_a_claim_is_told_with_what_it_belongs_to_and_its_segments_once(tmp_path: Path) -> None:
    records = html_records(report(tmp_path, FIXTURES / "dependent-claims.edi").read_text("utf-8"))
    units = [rest for kind, *rest in records if kind == "unit"]
    for kind, _, above, claim, _ in units:
        assert (claim is not None) == (kind == "claim")
        outer = {"provider": None, "subscriber": "provider", "patient": "subscriber"}.get(kind)
        if kind != "claim":
            assert (units[above][0] if above is not None else None) == outer
    told = [json.dumps(rest) for kind, *rest in records if kind == "segment"]
    assert len(set(told)) == len(told)


def test_more_findings_than_a_page_lists_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_output, "MOST_LISTED", 3)
    records = html_records(report(tmp_path, FIXTURES / "providers.edi").read_text("utf-8"))
    assert sum(kind == "finding" for kind, *_ in records) == 3
    end = records[-1][1]
    assert end["listed"] == 3
    assert sum(count for _, _, count in end["rules"]) == sum(end["summary"]["findings"].values()) == 6


# -- in the browser -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True])
def test_it_loads_without_a_word_from_the_console_and_asks_the_network_for_nothing(
    browser: Browser, mixed: Path, dark: bool
) -> None:
    with browser.page(mixed, dark=dark) as page:
        assert page.complaints() == []
        assert page.run("getComputedStyle(document.documentElement).colorScheme") == ("dark" if dark else "light")
        assert len(text_of(page, ".finding")) == len(
            [1 for kind, *_ in html_records(mixed.read_text()) if kind == "finding"]
        )
        assert text_of(page, "h1") == ["8 of 22 claims need correction"]


def test_a_clean_batch_says_so(browser: Browser, tmp_path: Path) -> None:
    with browser.page(report(tmp_path, FIXTURES / "base.edi")) as page:
        assert page.complaints() == []
        assert text_of(page, "h1") == ["Nothing to correct"]
        assert text_of(page, "#list") == ["Every claim passed. There is nothing to correct."]


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(browser: Browser, mixed: Path, dark: bool) -> None:
    with browser.page(mixed, dark=dark) as page:
        page.run("document.querySelectorAll('.head .open').forEach((one) => one.click())")
        pairs = page.run(
            """[...document.querySelectorAll(`h1, .sub, .label, .detail, .bars .name, .count, h2, .facts, .badge, .rule,
            .place, .message, .excerpt, .excerpt mark, .advice dt, .advice dd, .box dt, .box dd span, .told, .loop-name,
            .segment .line, .quiet, .open, .toggles button, .bottom`)].map((one) => {
              let ground = one;
              while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
              const [ink, paper] = [getComputedStyle(one).color, getComputedStyle(ground).backgroundColor];
              return [one.className || one.tagName, ink, paper];
            })"""
        )
        poor = {(name, color, ground) for name, color, ground in pairs if contrast(color, ground) < 4.5}
        assert not poor


def test_filters_narrow_the_list_and_say_how_far(browser: Browser, mixed: Path) -> None:
    with browser.page(mixed) as page:
        everything = page.run(COUNT)
        assert everything == "18 findings"
        page.run("document.getElementById('search').focus()")
        page.type("v4001 96372")
        page.wait(f"{COUNT} === '1 of 18 findings'")
        assert text_of(page, ".finding .rule b") == ["ADM001"]
        page.press("Escape")
        page.wait(f"{COUNT} === '{everything}'")
        page.run("document.querySelector('#severities .error').click()")
        assert page.run(COUNT) == "1 of 18 findings"
        assert set(text_of(page, ".badge")) == {"warning"}
        page.run("document.getElementById('clear').click()")
        page.run("document.querySelector('#by-rule .row').click()")
        chosen = page.run("document.querySelector('#by-rule .row[aria-pressed=true] b').textContent")
        assert set(text_of(page, ".finding .rule b")) == {chosen}
        assert page.run("document.getElementById('rule').value") == chosen
        page.run("document.querySelector('#by-rule .row').click()")
        page.run("document.querySelectorAll('#by-payer .row')[1].click()")
        assert page.run(COUNT) != everything
        page.run("document.getElementById('clear').click()")
        page.run("const f = document.getElementById('file'); f.value = '1'; f.dispatchEvent(new Event('change'))")
        assert page.run(COUNT) == "6 of 18 findings"
        page.run("document.getElementById('search').focus()")
        page.type("no such thing")
        page.wait(f"{COUNT} === '0 of 18 findings'")
        assert text_of(page, "#list") == ["Nothing fits these filters."]
        assert page.complaints() == []


def test_it_is_used_by_keyboard(browser: Browser, mixed: Path) -> None:
    with browser.page(mixed) as page:
        page.press("/")
        assert page.run("document.activeElement.id") == "search"
        page.press("Escape")
        for _ in range(3):
            page.press("j")
        assert page.run("[...document.querySelectorAll('.finding')].indexOf(document.activeElement)") == 2
        page.press("k")
        assert page.run("[...document.querySelectorAll('.finding')].indexOf(document.activeElement)") == 1
        page.press("Enter")
        page.wait("document.querySelectorAll('.panel').length === 1")
        page.press("Enter")
        page.wait("document.querySelectorAll('.panel').length === 0")
        page.press("g")
        assert page.run("document.getElementById('by-rules').getAttribute('aria-pressed')") == "true"
        assert text_of(page, "h2")[0].split()[0] in ("PRV001", "PRV008")
        page.press("?")
        assert page.run("document.getElementById('help').hidden") is False
        names = page.run(
            """[...document.querySelectorAll('button, input, select, summary')].filter((one) => !(one.textContent
            || one.getAttribute('aria-label') || (one.labels && one.labels.length))).length"""
        )
        assert names == 0
        assert page.complaints() == []


def test_segments_are_read_out_and_the_fault_is_marked(browser: Browser, mixed: Path) -> None:
    with browser.page(mixed) as page:
        page.run("[...document.querySelectorAll('.group')].find((one) => one.textContent.includes('V4001')).id = 'it'")
        page.run("document.querySelector('#it .open').click()")
        shown = text_of(page, "#it .unit .segment .id b")
        assert shown[:3] == ["CLM", "HI", "NM1"]
        assert shown.count("SV1") == 3
        faulty = text_of(page, "#it .box.error")
        assert len(faulty) == 1
        assert faulty[0].startswith("SV101-2")
        assert "96372" in faulty[0]
        assert "injection under the skin or into muscle" in faulty[0]
        assert text_of(page, "#it .told.error")[0].startswith("ADM001 Vaccine 90715")
        page.run("document.querySelectorAll('#it .above').forEach((one) => { one.open = true; })")
        page.wait("document.querySelectorAll('#it .above .segment').length > 10")
        assert text_of(page, "#it .above > summary") == ["Billing provider", "Subscriber and payer"]
        values = text_of(page, "#it .box dd")
        assert "masked" in values
        assert page.complaints() == []


def test_what_is_missing_is_marked_where_it_should_be(browser: Browser, mixed: Path) -> None:
    with browser.page(mixed) as page:
        page.run("[...document.querySelectorAll('.group')].find((one) => one.textContent.includes('SEG001')).id = 'it'")
        page.run("document.querySelector('#it .open').click()")
        [told] = text_of(page, "#it .told")
        assert told.startswith("SEG001 SV1 is missing here.")
        following = page.run("document.querySelector('#it .told').nextElementSibling.querySelector('.id').textContent")
        assert following.startswith("DTP")


def test_hostile_values_stay_text(browser: Browser, tmp_path: Path) -> None:
    """Values of the batch, shown on demand, and whatever else a finding can carry."""
    attack = b"<img src=x onerror=window.owned=1><script>window.owned=1</script></script><!--"
    batch = (FIXTURES / "vaccine-billed-96372.edi").read_bytes()
    batch = batch.replace(b"*V4001*", b"*" + attack + b"*").replace(b"NM1*IL*1*", b"NM1*IL*1*" + attack)
    path = report(tmp_path, batch, show_values=True)
    with browser.page(path) as page:
        page.run("document.querySelectorAll('.head .open').forEach((one) => one.click())")
        page.run("document.querySelectorAll('.above').forEach((one) => { one.open = true; })")
        page.wait("document.querySelectorAll('.above .segment').length > 10")
        assert page.run("window.owned") is None
        assert page.run("document.querySelectorAll('main script, main img, main b > *, main iframe').length") == 0
        assert f"Claim {attack.decode()}" in text_of(page, "h2")
        assert any(attack.decode() in text for text in text_of(page, ".box .value"))
        assert "patients' names" in text_of(page, "#notice")[0]
        assert page.complaints() == []


def test_hostile_findings_stay_text(browser: Browser, tmp_path: Path) -> None:
    linter = Linter(Config(as_of=AS_OF))
    [plain] = linter.findings(FIXTURES / "vaccine-billed-96372.edi")
    out = io.StringIO(newline="")
    output = Html(out, Run(linter.rules))
    output.begin()
    output.begin_input("<script>window.owned=1</script>.edi")
    for number, value in enumerate(HOSTILE, 1):
        finding = msgspec.structs.replace(
            plain, message=value, remedy=value, value=value, loop=value, claim=ClaimRef(number, value), origin=None
        )
        hand_over([output], None, [finding])
    output.end(Summary(files=1, claims=1))
    path = tmp_path / "report.html"
    path.write_text(out.getvalue(), "utf-8", newline="")
    with browser.page(path) as page:
        shown = page.run("[...document.querySelectorAll('.message')].map((one) => one.textContent)")
        assert shown == list(HOSTILE)
        assert page.run("window.owned") is None
        assert page.complaints() == []


def test_ten_thousand_findings_are_usable(browser: Browser, tmp_path: Path) -> None:
    linter = Linter(Config(as_of=AS_OF))
    found = list(linter.findings(FIXTURES / "providers.edi"))
    out = io.StringIO(newline="")
    output = Html(out, Run(linter.rules))
    output.begin()
    output.begin_input("batch.edi")
    for number in range(10_000):
        finding = msgspec.structs.replace(found[number % len(found)], claim=ClaimRef(number // 2 + 1, f"T{number:05d}"))
        hand_over([output], None, [finding])
    output.end(linter.summary)
    path = tmp_path / "report.html"
    path.write_text(out.getvalue(), "utf-8", newline="")
    with browser.page(path) as page:
        # Few are on the page at first, more come as one scrolls, and all can be found.
        assert len(text_of(page, ".finding")) < 500
        page.run("scrollTo(0, document.body.scrollHeight)")
        page.wait("document.querySelectorAll('.finding').length > 150")
        page.run("document.getElementById('search').focus()")
        page.type("t09876")
        page.wait(f"{COUNT} === '1 of 10,000 findings'")
        assert "T09876" in text_of(page, ".group")[0]
        page.press("Escape")
        milliseconds = page.run(
            """(() => {
              const started = performance.now();
              document.getElementById('by-rules').click();
              return performance.now() - started;
            })()"""
        )
        assert milliseconds < 5000
        assert page.complaints() == []


def test_it_prints_every_finding_and_none_of_the_controls(browser: Browser, mixed: Path) -> None:
    with browser.page(mixed, dark=True) as page:
        page.media(printed=True)
        hidden = page.run(
            "['.tools', '.open', '#theme'].map((one) => getComputedStyle(document.querySelector(one)).display)"
        )
        assert hidden == ["none", "none", "none"]
        assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.pdf().startswith(b"%PDF-")
        assert page.complaints() == []


def test_the_theme_can_be_chosen(browser: Browser, mixed: Path) -> None:
    with browser.page(mixed) as page:
        grounds = []
        for _ in range(3):
            page.run("document.getElementById('theme').click()")
            grounds.append(page.run("getComputedStyle(document.body).backgroundColor"))
        assert grounds[0] == grounds[2] != grounds[1]
