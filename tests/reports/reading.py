"""What a page says: its texts and tables, as a browser would find them."""

from __future__ import annotations

from html.parser import HTMLParser

NO_END = ("meta", "link", "br", "img", "input")


class Page(HTMLParser):
    """A page, read.

    Attributes:
        elements: the names of all elements.
        text: all text but style sheets, on one line.
        rows: the cells of every row of every table.
        warnings: the texts of what is told loudly at the top.
    """

    def __init__(self, content: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.rows: list[list[str]] = []
        self.warnings: list[str] = []
        self._pieces: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(content)
        assert self._open == []
        self.text = " ".join("".join(self._pieces).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        told = dict(attrs).get("class") or ""
        if tag not in NO_END:
            self._open.append((tag, told))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if "unfinished" in told:
            self.warnings.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag
        self._pieces.append(" ")

    def handle_data(self, data: str) -> None:
        around = [tag for tag, _ in self._open]
        if "style" in around:
            return
        self._pieces.append(data)
        if {"td", "th"} & set(around):
            self.rows[-1][-1] = " ".join(f"{self.rows[-1][-1]} {data}".split())
        if any("unfinished" in told for _, told in self._open):
            self.warnings[-1] = " ".join(f"{self.warnings[-1]} {data}".split())

    def row(self, first: str) -> list[str]:
        """The only row that begins so."""
        found = [row for row in self.rows if row[0] == first]
        assert len(found) == 1, (first, [row[0] for row in self.rows])
        return found[0]
