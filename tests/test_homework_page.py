"""The report on a class, in a real Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import classes
import pytest

from backprop_cli.homework.gradebook import class_statistics
from backprop_cli.homework.marks import SheetMarks
from backprop_cli.render.gradebook_page import gradebook_page

KEY = classes.key()
CLASS = classes.students()
HOSTILE = "</script><img src=x onerror=\"document.title='taken'\">&amp;'\"\u2028`${1}`{{ 7*7 }}"


def page_of(sheets: list[SheetMarks]) -> str:
    return gradebook_page(KEY, sheets, class_statistics(sheets, KEY.points))


def hostile_class() -> list[SheetMarks]:
    """A class in which all that a student writes is hostile."""
    marks = tuple(
        mark._replace(written=HOSTILE, reason=HOSTILE, follows=HOSTILE)
        for mark in CLASS[0].questions[0].marks
    )
    question = CLASS[0].questions[0]._replace(marks=marks, comment=HOSTILE)
    taken = CLASS[0]._replace(
        id=HOSTILE, name=HOSTILE, file=HOSTILE, comment=HOSTILE, status="human",
        questions=(question, *CLASS[0].questions[1:]),
    )  # fmt: skip
    return [taken, *CLASS[1:]]


# ---------------------------------------------------------------------------------------- the bytes


def test_the_same_class_gives_the_same_bytes() -> None:
    """Neither the order of the sheets nor a second run changes the page."""
    assert page_of(CLASS) == page_of(CLASS[::-1])


def test_hostile_text_ends_no_script() -> None:
    """Two scripts, as many ends, and no element of a student's."""
    text = page_of(hostile_class())
    assert text.count("<script") == text.count("</script>") == 2
    assert "<img" not in text and "{{" in text and "\u2028" not in text


def test_ids_are_unique_and_nothing_is_fetched() -> None:
    """Several graphs in one page share no id, and no address stands in it."""
    text = page_of(CLASS)
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert not re.search(r"https?:(?!//www\.w3\.org/2000/svg)|@import|url\((?!#)", text)


@pytest.mark.parametrize(
    "sheets",
    [[], [CLASS[22]], [CLASS[19]], CLASS[:1]],
    ids=["nobody", "missing", "unreadable", "one"],
)
def test_small_classes(sheets: list[SheetMarks]) -> None:
    """A page is written for any class."""
    assert "</html>" in page_of(sheets)


# ------------------------------------------------------------------------------------- in a browser


def opened(browser: Any, folder: Path, sheets: list[SheetMarks]) -> None:
    path = folder / "page.html"
    path.write_text(page_of(sheets), encoding="utf-8")
    browser.get("about:blank")
    browser.get(path.as_uri())


def ids(browser: Any) -> list[str]:
    found: list[str] = browser.execute_script(
        "return [...document.querySelectorAll('#grid tbody .who button')].map(b => b.textContent)"
    )
    return found


def column(browser: Any, place: int) -> list[str]:
    found: list[str] = browser.execute_script(
        "return [...document.querySelectorAll('#grid tbody tr:not(.gap)')]"
        ".map(row => row.children[arguments[0]].textContent)",
        place,
    )
    return found


def sort_by(browser: Any, key: str) -> None:
    browser.find_element("css selector", f'button[data-sort="{key}"]').click()


def choose(browser: Any, id: str) -> None:
    browser.execute_script(
        "[...document.querySelectorAll('#grid tbody .who button')]"
        ".find(b => b.textContent === arguments[0]).click()",
        id,
    )


def no_errors(browser: Any) -> None:
    assert not [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


def test_it_opens_without_errors_or_requests(browser: Any, tmp_path: Path) -> None:
    """Every student has a row; the console is empty; nothing is loaded."""
    opened(browser, tmp_path, CLASS)
    assert ids(browser) == [sheet.id for sheet in CLASS]
    loaded = browser.execute_script("return performance.getEntriesByType('resource').length")
    assert loaded == 0
    no_errors(browser)


def test_hostile_text_stays_text(browser: Any, tmp_path: Path) -> None:
    """In the table, the lists and the panel, what a student wrote is only shown."""
    opened(browser, tmp_path, hostile_class())
    browser.find_element("css selector", "#grid tbody .who button").click()
    assert "onerror" in browser.find_element("id", "detail").text
    assert not browser.find_elements("css selector", "img")
    assert "HW3" in browser.title
    no_errors(browser)


def test_rows_are_sorted(browser: Any, tmp_path: Path) -> None:
    """By points up and down, with those who have none at the end; by status, what waits first."""
    opened(browser, tmp_path, CLASS)
    sort_by(browser, "points")
    up = [float(text) for text in column(browser, 1) if text]
    assert up == sorted(up) and len(up) == 27 and column(browser, 1)[-3:] == ["", "", ""]
    sort_by(browser, "points")
    down = [float(text) for text in column(browser, 1) if text]
    assert down == up[::-1] and column(browser, 1)[-3:] == ["", "", ""]
    head = browser.find_element("css selector", "th[aria-sort]")
    assert head.get_attribute("aria-sort") == "descending"
    sort_by(browser, "status")
    assert column(browser, 2)[:6] == ["to look at"] * 3 + ["unreadable"] + ["missing"] * 2
    sort_by(browser, "id")
    assert ids(browser) == [sheet.id for sheet in CLASS]


def test_rows_are_filtered(browser: Any, tmp_path: Path) -> None:
    """By id or name, by status, by the first error and by what errors look like."""
    opened(browser, tmp_path, CLASS)
    box = browser.find_element("id", "text")
    box.send_keys("abel")
    assert ids(browser) == ["s06", "s16", "s26"]
    assert browser.find_element("id", "found").text == "3 of 30 students"
    box.send_keys("zzz")
    assert ids(browser) == [] and "Nobody" in browser.find_element("id", "grid").text
    browser.execute_script(
        "b = document.getElementById('text'); b.value = ''; b.dispatchEvent(new Event('input'))"
    )
    browser.execute_script(
        "s = document.getElementById('status'); s.value = '1'; s.dispatchEvent(new Event('change'))"
    )
    assert ids(browser) == ["s11", "s14", "s17"]
    browser.execute_script(
        "s = document.getElementById('status'); s.value = ''; s.dispatchEvent(new Event('change'))"
    )
    browser.find_element("css selector", '[data-first="0"][data-name="df/dq"]').click()
    blamed = [
        sheet.id
        for sheet in CLASS
        if sheet.questions and sheet.questions[0].first_error == "df/dq"
    ]
    assert ids(browser) == blamed
    browser.find_element("id", "chip").click()
    assert len(ids(browser)) == 30
    browser.find_element("css selector", '[data-kind="1"]').click()
    assert len(ids(browser)) == 7


def test_choosing_a_student_marks_the_node(browser: Any, tmp_path: Path) -> None:
    """The guilty node is marked in the graph and in the panel, which says what the feedback says;
    another student has another node, and Escape leaves none.
    """
    opened(browser, tmp_path, CLASS)
    guilty = "return [...document.querySelectorAll('.question .g.guilty')].map(g => g.dataset.node)"
    choose(browser, "s01")
    assert browser.execute_script(guilty) == ["n2"]
    panel = browser.find_element("id", "detail").text
    assert "The first error is at df/dq: 3 instead of −4." in panel and "Consistent with" in panel
    assert browser.find_elements("css selector", "#detail svg .g.guilty")
    choose(browser, "s11")
    assert browser.execute_script(guilty) == ["n4"]
    assert "Somebody has to look at dg/dx." in browser.find_element("id", "detail").text
    from selenium.webdriver.common.keys import Keys

    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert browser.execute_script(guilty) == []
    assert not browser.find_element("id", "detail").is_displayed()


def test_it_is_used_from_the_keyboard(browser: Any, tmp_path: Path) -> None:
    """A slash finds, arrows go from student to student, and the focus stays on the row."""
    from selenium.webdriver.common.keys import Keys

    opened(browser, tmp_path, CLASS)
    browser.find_element("tag name", "body").send_keys("/")
    assert browser.switch_to.active_element.get_attribute("id") == "text"
    browser.find_element("css selector", "#grid tbody .who button").send_keys(Keys.ENTER)
    for id in ("s02", "s03"):
        browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
        assert browser.switch_to.active_element.text == id
        assert id in browser.find_element("css selector", "#detail h3").text
    browser.switch_to.active_element.send_keys(Keys.ARROW_UP)
    current = browser.find_elements("css selector", "#grid tr[aria-current] .who button")
    assert [button.text for button in current] == ["s02"]


def test_answers_can_be_told_without_colour(browser: Any, tmp_path: Path) -> None:
    """With one column an answer, each verdict has a sign of its own and a name."""
    opened(browser, tmp_path, CLASS)
    browser.execute_script("document.querySelector('input[value=answers]').click()")
    heads = browser.execute_script(
        "return [...document.querySelectorAll('#grid thead tr:last-child th')]"
        ".map(h => h.textContent.replace(/ .$/, ''))"
    )
    answers = [mark.name for question in CLASS[0].questions for mark in question.marks]
    assert heads == ["student", "points", "status", *answers]
    cells = browser.execute_script(
        "return [...document.querySelectorAll('#grid td.c[title]')].map(c => "
        "[c.firstChild.textContent, c.lastChild.textContent])"
    )
    signs = {name: sign for sign, name in cells}
    assert len(signs) == len(set(signs.values())) == 9


def test_large_classes_keep_few_rows(browser: Any, tmp_path: Path) -> None:
    """Of 3,000 students only those in sight are in the document, after scrolling as well."""
    opened(browser, tmp_path, classes.students(3000))
    assert len(ids(browser)) < 100
    assert not browser.find_elements("id", "plain")
    browser.execute_script("document.getElementById('grid').scrollTop = 1e9")
    found = browser.execute_async_script(
        "const done = arguments[0];"
        "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done("
        "[...document.querySelectorAll('#grid tbody .who button')].map(b => b.textContent)), 50)))"
    )
    assert found[-1] == "s3000" and len(found) < 100


def test_without_its_script_the_essentials_are_there(browser: Any, tmp_path: Path) -> None:
    """Numbers, graphs, and a row of points for everybody; no tools that would do nothing."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        opened(browser, tmp_path, CLASS)
        rows = browser.find_elements("css selector", "#plain tbody tr")
        assert len(rows) == 30 and rows[0].text.startswith("s01 Emmy Noether 15 graded 5 4 6")
        assert not browser.find_element("id", "tools").is_displayed()
        assert len(browser.find_elements("css selector", ".question svg")) == 3
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_everybody_is_printed(browser: Any, tmp_path: Path) -> None:
    """Before printing all rows are there, and on paper no tools."""
    opened(browser, tmp_path, classes.students(200))
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert len(ids(browser)) == 200
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not browser.find_element("id", "tools").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_is_readable(browser: Any, tmp_path: Path, width: int, scheme: str) -> None:
    """The page itself never scrolls sideways, and text stands out by 4.5 to 1 (WCAG 2.2)."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    try:
        opened(browser, tmp_path, CLASS)
        choose(browser, "s11")
        browser.execute_script("document.querySelector('input[value=answers]').click()")
        wide, inner, pairs = browser.execute_script(CONTRASTS)
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert wide <= inner
    assert len(pairs) > 100
    weak = {(text, ink, ground) for text, ink, ground in pairs if contrast(ink, ground) < 4.5}
    assert not weak


CONTRASTS = """
const seen = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const ground = getComputedStyle(at).backgroundColor;
    if (!/^rgba.*, 0\\)$/.test(ground)) return ground;
  }
  return "rgb(255, 255, 255)";
};
const pairs = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const parent = walk.currentNode.parentElement, text = walk.currentNode.data.trim();
  if (!text || !parent.offsetParent) continue;
  if (parent.closest("svg, script, .quiet, .skip, option")) continue;
  pairs.push([text, getComputedStyle(parent).color, seen(parent)]);
}
return [document.documentElement.scrollWidth, innerWidth, pairs];
"""


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2)."""

    def luminance(colour: str) -> float:
        parts = [float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
