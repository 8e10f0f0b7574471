"""The page in a real browser: what people click and type, hostile names, narrow screens and dark colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from align_tasks.comparison.page.page import write_page

from .page_input import HOSTILE, compared, tasks_of, write_results

TUNED = [0.2, 0.3, 0.5]
SECTIONS = ("items", "tension", "cues", "affect", "learning")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of a base model and two adapters, one with a hostile name, with answers of every kind."""
    folder = tmp_path_factory.mktemp("page")
    log = "".join(f'{{"step": {step}, "loss": {1 / (step + 1)}, "{HOSTILE}": {step}}}\n' for step in range(9))
    adapter = folder / "sft"
    adapter.mkdir()
    (adapter / "training_log.jsonl").write_text(log.replace("'", ""), encoding="utf-8")
    (adapter / "adapter_model.safetensors").write_bytes(b"")
    results = [write_results(folder / "base", tasks_of([0.6, 0.3, 0.1]))]
    sft = {"align": {"model": {"name": "base"}, "adapter": {"sha256": None}}}
    results.append(write_results(folder / "tuned", tasks_of(TUNED), adapter=str(adapter), **sft))
    hurt = {name: [{**one, "p_at_5": 0.9} for one in rows] for name, rows in tasks_of(TUNED).items()}
    hurt["swow_us"] = [{**one, "metrics": ["p_at_5"]} for one in hurt["swow_us"]]
    results.append(write_results(folder / "hurt", hurt, adapter=HOSTILE.replace("/", "⁄").replace(",", "")))
    write_page(compared(*results), folder / "page.html")
    return folder / "page.html"


class Opened:
    """A page, with what went wrong in it and what it asked the network for."""

    def __init__(self, browser: Any, file: Path, **how: Any) -> None:
        self.page = browser.new_page(**how)
        self.page.set_default_timeout(20_000)
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda told: self.errors.append(told.text) if told.type != "log" else None)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())

    def open_all(self) -> None:
        """Open every section, and wait for its charts."""
        for name in SECTIONS:
            self.page.locator(f"#{name} > summary").click()
        for name in ("items", "tension", "affect", "learning"):
            self.page.locator(f"#{name} .chart svg").first.wait_for()

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.page.locator(selector).all_inner_texts()
        return found


@pytest.fixture
def opened(browser: Any, file: Path) -> Iterator[Opened]:
    shown = Opened(browser, file, viewport={"width": 1280, "height": 900})
    yield shown
    shown.page.close()


def _table(opened: Opened, task: str) -> Any:
    return opened.page.get_by_role("table", name=re.compile(f"^{task} data"))


def _names(opened: Opened, task: str) -> list[str]:
    """Models in a table, from the top."""
    found: list[str] = _table(opened, task).locator("tbody th > span:first-child").all_inner_texts()
    return found


def test_nothing_fails_and_nothing_is_fetched(opened: Opened, file: Path) -> None:
    opened.open_all()
    assert opened.errors == []
    assert {url for url in opened.requests if not url.startswith("data:")} == {file.as_uri()}


def test_texts_from_outside_do_not_run(opened: Opened) -> None:
    opened.open_all()
    assert opened.page.evaluate("window.hurt") is None
    assert opened.page.locator("img").count() == 0
    assert any(HOSTILE.replace("/", "⁄") in text for text in opened.texts("table.board tbody th"))
    assert HOSTILE in opened.texts("#items .question")[0]
    assert opened.page.evaluate("window.hurt") is None


def test_a_policy_forbids_what_is_not_the_pages_own(opened: Opened) -> None:
    opened.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'hurt = 1'}))"
    )
    assert opened.page.evaluate("typeof hurt") == "undefined"
    assert "Content Security Policy" in opened.errors[0]


def test_a_click_on_a_head_sorts(opened: Opened) -> None:
    head = _table(opened, "swow_us").get_by_role("columnheader", name="p_at_5")
    assert head.get_attribute("aria-sort") == "none"
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    best = _names(opened, "swow_us")
    assert "hurt" in best[0]
    opened.page.keyboard.press("Enter")  # the focus stays on the button
    assert head.get_attribute("aria-sort") == "ascending"
    assert "hurt" in _names(opened, "swow_us")[-1]
    head = _table(opened, "swow_us").get_by_role("columnheader", name="Model")
    head.get_by_role("button").click()
    assert _names(opened, "swow_us")[0] == "base"
    assert len(best) == 3


def test_typing_filters_rows_and_choosing_filters_tables(opened: Opened) -> None:
    opened.page.get_by_label("Models", exact=True).fill("SFT")
    assert _names(opened, "wvs_us") == ["base + sft"]
    assert "1 of 3 models shown" in opened.texts("#leaderboard .count")
    opened.page.get_by_label("Models", exact=True).fill("")
    opened.page.locator("#leaderboard select").select_option("wvs_us")
    assert opened.page.locator("table.board:visible").count() == 1


def test_the_best_and_the_baseline_are_told_in_words(opened: Opened) -> None:
    board = opened.page.locator("#leaderboard")
    assert board.get_by_text("★ best").count() > 0
    assert board.get_by_text("baseline", exact=True).count() > 0


def test_an_item_shows_question_options_and_figures(opened: Opened) -> None:
    opened.page.get_by_role("link", name="Survey items").click()
    items = opened.page.locator("#items")
    items.locator("select").first.select_option(label="wvs_us, asked in the language of the USA")
    items.get_by_label("Find in the items").fill("Q2")
    items.locator(".entries button").click()
    assert "How important is Q2?" in items.locator(".question").inner_text()
    assert items.locator(".options li").first.inner_text() == "Very"
    items.get_by_text("These figures as a table").click()
    rows = items.locator("table.plain tbody tr").all_inner_texts()
    assert rows[0].split("\t")[:4] == ["A. Very", "70%", "10%", "60%"]
    assert items.locator(".chart svg").count() == 1


def test_items_are_reached_by_keys(opened: Opened) -> None:
    opened.page.locator("#items > summary").click()
    first = opened.page.locator("#items .entries button").first
    first.focus()
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    assert opened.page.locator("#items .entries button").nth(1).get_attribute("aria-current") == "true"


def test_models_are_chosen_for_all_sections(opened: Opened) -> None:
    opened.open_all()
    opened.page.locator("#items .models > summary").click()
    opened.page.locator("#items .models").get_by_label("base + sft").uncheck()
    assert opened.texts("#cues .models > summary") == ["Models in the charts: 2 of 3"]
    assert not [text for text in opened.texts("#cues .detail h4") if "sft" in text]


def test_hits_are_told_without_colours(opened: Opened) -> None:
    opened.page.locator("#cues > summary").click()
    hits = opened.page.locator("#cues .words").first.locator("li.hit")
    assert "✓" in hits.first.inner_text()
    assert "also given by people" in hits.first.text_content()


def test_orders_stand_beside_peoples(opened: Opened) -> None:
    opened.page.locator("#cues > summary").click()
    opened.page.locator("#cues select").first.select_option("2")
    rows = opened.page.locator("#cues table.plain tbody tr").all_inner_texts()
    assert [text.split("\t")[1:3] for text in rows] == [
        ["dog (9)", "sun people: 3"],
        ["mouse (5)", "dog people: 1"],
        ["sun (3)", "mouse people: 2"],
        ["cheese (1)", "–"],
    ]


def test_the_tension_map_counts_who_is_nearer(opened: Opened) -> None:
    opened.page.locator("#tension > summary").click()
    told = opened.page.locator("#tension .finding").inner_text()
    assert told.startswith("base is nearer to the USA on 2 of 2 items, ")
    assert told.endswith(" on 0.")


def test_chinese_is_marked_as_such(opened: Opened) -> None:
    opened.page.locator("#items > summary").click()
    opened.page.locator("#items select").first.select_option(index=1)
    question = opened.page.locator("#items .question")
    assert question.get_attribute("lang") == "zh"
    assert question.get_attribute("dir") == "auto"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_page_does_not_scroll_sideways(browser: Any, file: Path, scheme: str) -> None:
    opened = Opened(browser, file, viewport={"width": 360, "height": 700}, color_scheme=scheme)
    opened.open_all()
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 360
    opened.page.close()


def test_colours_follow_the_system_and_the_button(browser: Any, file: Path) -> None:
    opened = Opened(browser, file, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert opened.page.evaluate(ground) == "rgb(17, 19, 24)"
    button = opened.page.get_by_role("button", name="Dark colours")
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert opened.page.evaluate(ground) == "rgb(251, 251, 249)"
    opened.page.close()


def test_every_control_has_a_name(opened: Opened) -> None:
    opened.open_all()
    unnamed = opened.page.evaluate(
        "[...document.querySelectorAll('input, select, button')].filter((one) => !one.labels?.length"
        " && !one.textContent.trim() && !one.getAttribute('aria-label')).length"
    )
    assert unnamed == 0
