"""What the reference router's files say of a device that has no Bluetooth.

For tests on benches without an adapter, where rows about Bluetooth would stay open. Tests take it
as the fixture ``without_bluetooth``; scenes, which are programs of their own, by ``runpy``.
"""

import re

_TABLE = re.compile(r"^\[\[?(?P<name>[^]\n]+)\]\]?[^\n]*\n(?:(?!\[|# \d+-).*\n?)*", re.MULTILINE)
_OVER_BLUETOOTH = re.compile(r'^endpoints = \["ble"\]$', re.MULTILINE)
_ALSO_READ = re.compile(r'^designation_endpoints = \["ble"\]\n', re.MULTILINE)
_ID = re.compile(r'^id = "([^"]+)"$', re.MULTILINE)


def without_bluetooth(text):
    """A dossier or bench config without its tables about Bluetooth, and rows that name those."""
    rows = [found[0] for found in _TABLE.finditer(text) if found["name"].startswith("ixit.")]
    gone = [row for row in rows if _OVER_BLUETOOTH.search(row)]
    names = {found[1] for row in gone for found in [_ID.search(row)] if found}
    words = [re.compile(rf"\b{re.escape(name)}\b") for name in names]
    for _ in range(2):  # rows that name rows, and rows that name those
        gone += [row for row in rows if row not in gone and any(w.search(row) for w in words)]
        words += [re.compile(rf"\b{_ID.search(row)[1]}\b") for row in gone]
    for row in gone:
        text = text.replace(row, "")
    sections = [
        found[0] for found in _TABLE.finditer(text) if found["name"].startswith("sample.bluetooth")
    ]
    for section in sections:
        text = text.replace(section, "")
    return _ALSO_READ.sub("", text)
