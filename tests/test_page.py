"""The page that steps through both passes, in a real Chromium."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from circuits import BOXED, POINT, SAMPLES, Case
from commandline import backprop

SHARED = Case("", "e = (a + b)*(b + 1)", {"a": "2", "b": "1"})


def opened(browser: Any, folder: Path, case: Case, fragment: str = "") -> None:
    path = folder / "page.html"
    assert backprop("draw", *case.words(), "-o", str(path)).code == 0
    browser.get("about:blank")
    browser.get(f"{path.as_uri()}{fragment}")


def press(browser: Any, key: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    browser.find_element(By.TAG_NAME, "body").send_keys(getattr(Keys, key))


def state(browser: Any) -> dict[str, Any]:
    """What is to be seen: step, sentence, numbers on the picture."""
    found: dict[str, Any] = browser.execute_script(
        """
        const shown = sign => [...document.querySelectorAll("svg text." + sign)]
          .filter(t => getComputedStyle(t).visibility === "visible").map(t => t.textContent);
        return {
          step: Number(document.getElementById("slider").value),
          count: document.querySelectorAll("#steps li").length,
          now: document.getElementById("now").textContent,
          live: document.getElementById("now").getAttribute("aria-live"),
          current: [...document.querySelectorAll("li[aria-current]")].map(i => i.textContent),
          values: shown("v"), gradients: shown("d"), shares: shown("c"),
          marked: document.querySelectorAll("svg .g.m").length,
          back: document.getElementById("back").disabled,
          next: document.getElementById("next").disabled,
        };
        """
    )
    return found


def test_steps_forward_and_back(browser: Any, tmp_path: Path) -> None:
    """First the inputs, then value after value, then gradient after gradient, and back again."""
    opened(browser, tmp_path, SHARED)
    first = state(browser)
    assert first["step"] == 1 and first["back"] and not first["next"] and first["live"] == "polite"
    assert first["values"] == ["2", "1"] and not first["gradients"] and not first["shares"]
    assert first["now"] == "Inputs: a = 2, b = 1"
    seen = [first]
    for step in range(2, first["count"] + 1):
        browser.find_element("id", "next").click()
        seen.append(state(browser))
        assert seen[-1]["step"] == step and seen[-1]["current"] == [seen[-1]["now"]]
    assert [len(found["values"]) for found in seen] == [2, 3, 4, 5, 5, 5, 5, 5, 5]
    assert [len(found["gradients"]) for found in seen] == [0, 0, 0, 0, 1, 3, 3, 5, 5]
    assert seen[-1]["next"] and not seen[-1]["back"]
    assert "together ∂e/∂b = 3 + 2 = 5" in seen[7]["now"]
    for step in range(first["count"] - 1, 0, -1):
        browser.find_element("id", "back").click()
        assert state(browser) == seen[step - 1]


def test_keys_slider_list_and_address(browser: Any, tmp_path: Path) -> None:
    opened(browser, tmp_path, SHARED)
    for key, step in (("ARROW_RIGHT", 2), ("ARROW_RIGHT", 3), ("ARROW_LEFT", 2), ("END", 9),
                      ("ARROW_RIGHT", 9), ("HOME", 1), ("ARROW_LEFT", 1)):  # fmt: skip
        press(browser, key)
        assert state(browser)["step"] == step, key
    browser.find_elements("css selector", "#steps li")[5].click()
    assert state(browser)["step"] == 6
    browser.execute_script(
        "s = document.getElementById('slider'); s.value = 4; s.dispatchEvent(new Event('input'))"
    )
    assert state(browser)["step"] == 4 and len(state(browser)["values"]) == 5
    from selenium.webdriver.common.keys import Keys

    browser.find_element("id", "slider").send_keys(Keys.ARROW_RIGHT)
    assert state(browser)["step"] == 5
    opened(browser, tmp_path, SHARED, "#6")
    assert state(browser)["step"] == 6


@pytest.mark.parametrize("case", SAMPLES, ids=lambda case: case.name)
def test_the_last_step_has_the_numbers_of_eval(browser: Any, tmp_path: Path, case: Case) -> None:
    """Each gradient in the last sentence to four digits; every number is on the picture."""
    opened(browser, tmp_path, case)
    press(browser, "END")
    found = json.loads(backprop("eval", *case.words(), "--json").out)
    last = state(browser)
    said = dict(re.findall(r"∂\w+/∂(\w+) = ([^, ]+)", last["now"]))
    assert set(said) == set(found["gradient"])
    for name, text in said.items():
        value = found["gradient"][name]
        assert abs(float(text.replace("−", "-")) - value) <= 6e-4 * max(abs(value), 1e-3), name
    drawn = len(browser.find_elements("css selector", "svg text.d"))
    assert len(last["gradients"]) == drawn and len(last["values"]) >= drawn
    assert not [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


def test_everything_is_printed_and_nothing_is_needed_from_a_network(
    browser: Any, tmp_path: Path
) -> None:
    """On paper all numbers and all steps are there, and no controls."""
    opened(browser, tmp_path, SHARED)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    printed = state(browser)
    hidden = browser.execute_script(
        "return getComputedStyle(document.getElementById('controls')).display"
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert len(printed["gradients"]) == 5 and len(printed["shares"]) == 2 and hidden == "none"
    loaded = browser.execute_script("return performance.getEntriesByType('resource').length")
    assert loaded == 0
    assert not re.search(r"https?:(?!//www\.w3\.org/2000/svg)", browser.page_source)


def test_without_scripts_everything_is_shown(browser: Any, tmp_path: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        opened(browser, tmp_path, SHARED)
        assert not browser.find_element("id", "controls").is_displayed()
        texts = [found.text for found in browser.find_elements("css selector", "svg text.d")]
        assert sorted(texts) == ["1", "2", "2", "3", "5"]
        assert all(found.is_displayed() for found in browser.find_elements("css selector", "li"))
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen_and_is_readable(
    browser: Any, tmp_path: Path, width: int, scheme: str
) -> None:
    """Only the picture scrolls sideways; the active gate is in view; text stands out by 4.5."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    opened(browser, tmp_path, Case("", BOXED, POINT), "#14")
    found = browser.execute_script(
        """
        const gate = document.querySelector("svg .g.m").getBoundingClientRect();
        const colour = e => getComputedStyle(e).fill.match(/[\\d.]+/g).map(Number);
        return {
          wide: document.documentElement.scrollWidth, inner: innerWidth,
          gate: [gate.left, gate.right],
          paper: getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number),
          inks: ["v", "d", "n", "i", "c"].map(s => colour(document.querySelector("svg text." + s))),
        };
        """
    )
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert found["wide"] <= found["inner"]
    assert found["gate"][0] >= 0 and found["gate"][1] <= found["inner"]
    assert all(contrast(ink, found["paper"]) >= 4.5 for ink in found["inks"]), found


def contrast(first: list[float], second: list[float]) -> float:
    """The contrast ratio of two colours (WCAG 2.2)."""

    def luminance(colour: list[float]) -> float:
        parts = [part / 255 for part in colour[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
