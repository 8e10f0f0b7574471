from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

Write = Callable[[str, "str | bytes"], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of that name and content; text is UTF-8, and a name in .gz is compressed."""

    def write_file(name: str, content: str | bytes) -> Path:
        data = content.encode() if isinstance(content, str) else content
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return write_file


@pytest.fixture
def write_xlsx(tmp_path: Path) -> Callable[[str, Sequence[Sequence[str]]], Path]:
    """Write a workbook with one sheet of texts."""

    def write_file(name: str, rows: Sequence[Sequence[str]]) -> Path:
        cells = [
            "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{escape(c)}</t></is></c>' for c in row)
            for row in rows
        ]
        sheet = "".join(f"<row>{row}</row>" for row in cells)
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package = "http://schemas.openxmlformats.org/package/2006"
        kind = "application/vnd.openxmlformats"
        parts = {
            "[Content_Types].xml": f'''<Types xmlns="{package}/content-types">
                <Default Extension="rels" ContentType="{kind}-package.relationships+xml"/>
                <Override PartName="/xl/workbook.xml"
                    ContentType="{kind}-officedocument.spreadsheetml.sheet.main+xml"/>
                <Override PartName="/xl/worksheets/sheet1.xml"
                    ContentType="{kind}-officedocument.spreadsheetml.worksheet+xml"/></Types>''',
            "_rels/.rels": f'''<Relationships xmlns="{package}/relationships">
                <Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>
                </Relationships>''',
            "xl/_rels/workbook.xml.rels": f'''<Relationships xmlns="{package}/relationships">
                <Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>
                </Relationships>''',
            "xl/workbook.xml": f'''<workbook xmlns="{main}" xmlns:r="{office}">
                <sheets><sheet name="data" sheetId="1" r:id="r1"/></sheets></workbook>''',
            "xl/worksheets/sheet1.xml": f'''<worksheet xmlns="{main}">
                <sheetData>{sheet}</sheetData></worksheet>''',
        }
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for part, text in parts.items():
                archive.writestr(part, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
        return path

    return write_file
