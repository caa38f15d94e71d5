"""Workbooks as LibreOffice Calc writes them when it saves what somebody filled in.

It knows no inline strings: every text lies in the shared ones. It marks the kind of each cell,
writes booleans as ``t="b"``, repeats styles over empty cells to the right, and ends a sheet with an
empty row at the very bottom. People leave blanks behind words, and type truths, which become
booleans. Written from what is known of the program; CI does not install it.
"""

import zipfile
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.utils import get_column_letter

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
LAST_ROW = 1_048_576


def resave(source, target, *, rewrite=None, extra=()):
    """Write the workbook ``source`` as ``target`` would be after a visit to LibreOffice.

    ``rewrite(sheet, coordinate, value)`` is what somebody typed there; ``extra`` are further parts.
    """
    book = openpyxl.load_workbook(source)
    texts = {}
    parts = {}
    for number, sheet in enumerate(book.worksheets, 1):
        rows = "".join(row_of(row, sheet, texts, rewrite) for row in sheet.iter_rows())
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{LINKS}"><sheetPr filterMode="false"/>'
            f'<dimension ref="A1:AMJ{LAST_ROW}"/><sheetData>{rows}'
            f'<row r="{LAST_ROW}" customFormat="false" ht="12.8" hidden="false"></row>'
            "</sheetData></worksheet>"
        )
    names = [sheet.title for sheet in book.worksheets]
    parts |= frame(names)
    listed = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    count = len(texts)
    parts["xl/sharedStrings.xml"] = (
        f'{HEAD}<sst xmlns="{MAIN}" count="{count}" uniqueCount="{count}">{listed}</sst>'
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**parts, **dict(extra)}.items():
            archive.writestr(name, text)


def row_of(cells, sheet, texts, rewrite):
    """One row, with styled empty cells behind its end and an empty row behind it."""
    written = []
    for cell in cells:
        value = cell.value
        if rewrite is not None:
            value = rewrite(sheet.title, cell.coordinate, value)
        written.append(cell_of(cell.coordinate, value, texts))
    number = cells[0].row
    written += [f'<c r="{get_column_letter(place)}{number}" s="1"/>' for place in (60, 61, 1024)]
    return (
        f'<row r="{number}" customFormat="false" ht="12.8" hidden="false" customHeight="false" '
        f'outlineLevel="0" collapsed="false">{"".join(written)}</row>'
    )


def cell_of(place, value, texts):
    if value is None:
        return f'<c r="{place}" s="1"/>'
    if isinstance(value, bool):
        return f'<c r="{place}" s="1" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}" s="1" t="n"><v>{value}</v></c>'
    index = texts.setdefault(value, len(texts))
    return f'<c r="{place}" s="1" t="s"><v>{index}</v></c>'


def frame(names):
    """The parts around the sheets."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" state="visible" r:id="rId{n}"/>'
        for n, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in range(1, len(names) + 1)
    )
    last = len(names) + 1
    return {
        "[Content_Types].xml": (
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
            f"{overrides}</Types>"
        ),
        "_rels/.rels": (
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><fileVersion appName="Calc"/>'
            f'<workbookPr backupFile="false" showObjects="all" date1904="false"/>'
            f'<sheets>{sheets}</sheets><calcPr iterateCount="100" refMode="A1"/></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}'
            f'<Relationship Id="rId{last}" Type="{LINKS}/styles" Target="styles.xml"/>'
            f'<Relationship Id="rId{last + 1}" Type="{LINKS}/sharedStrings" '
            'Target="sharedStrings.xml"/></Relationships>'
        ),
        "xl/styles.xml": (
            f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" '
            'formatCode="General"/></numFmts><fonts count="1"><font><sz val="10"/>'
            '<name val="Arial"/><family val="2"/></font></fonts><fills count="1"><fill>'
            '<patternFill patternType="none"/></fill></fills><borders count="1"><border>'
            "<left/><right/><top/><bottom/><diagonal/></border></borders>"
            '<cellStyleXfs count="1"><xf numFmtId="164" fontId="0"/></cellStyleXfs>'
            '<cellXfs count="2"><xf numFmtId="164" fontId="0" xfId="0"/>'
            '<xf numFmtId="164" fontId="0" xfId="0" quotePrefix="true"/></cellXfs></styleSheet>'
        ),
    }
