"""The report in a real browser: it needs no network, no scripts and no wide screen."""

from __future__ import annotations

from typing import Any

import pytest

from align_tasks.reports.page import write_report

from .folders import Folder


@pytest.mark.parametrize(("scheme", "text"), [("light", "rgb(34, 37, 43)"), ("dark", "rgb(232, 234, 238)")])
def test_it_fits_a_telephone_and_fetches_nothing(
    browser: Any, experiment: Folder, scheme: str, text: str
) -> None:
    folder = experiment.written()
    write_report(folder, folder / "report.html")
    page = browser.new_page(
        viewport={"width": 375, "height": 800}, color_scheme=scheme, java_script_enabled=True
    )
    errors: list[str] = []
    requests: list[str] = []
    page.on("console", lambda told: errors.append(told.text))
    page.on("request", lambda request: requests.append(request.url))
    page.goto((folder / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert page.locator("svg").bounding_box()["width"] <= 335
    label = page.locator("svg text").last
    assert label.evaluate("(one) => getComputedStyle(one).fill") == text
    point = page.locator("svg path[aria-roledescription=point]").first
    assert point.evaluate("(one) => getComputedStyle(one).fill") not in (text, "none", "rgb(0, 0, 0)")
    assert errors == []
    assert [one for one in requests if not one.startswith("data:")] == [(folder / "report.html").as_uri()]
    page.close()
