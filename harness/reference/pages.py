"""The HTML of the admin pages. Device text and form values are escaped."""

from collections.abc import Mapping
from html import escape

from harness.reference.settings import Value
from harness.reference.shuffle import Look


class Pages:
    """Renders pages in the look of the router."""

    def __init__(self, look: Look, footer: str) -> None:
        """``footer`` ends every page."""
        self._look = look
        self._footer = footer

    def page(self, heading: str, content: str, *, menu: bool = False) -> str:
        """A whole document; ``content`` is HTML already."""
        title = escape(self._look.title)
        return (
            f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
            f"<title>{title}</title></head>\n<body>\n<h1>{escape(heading)}</h1>\n"
            f"{self._menu() if menu else ''}{content}\n"
            f"<footer>{escape(self._footer)}</footer>\n</body>\n</html>\n"
        )

    def login(self, message: str = "") -> str:
        """The login page."""
        fields = self._look.fields
        return self.page(
            "Log in",
            f"{_paragraph(message)}"
            + _form(
                self._look.paths["login"],
                _input("User name", fields["username"], "text")
                + _input("Password", fields["password"], "password"),
                "Log in",
            ),
        )

    def change_password(self, message: str = "") -> str:
        """The page that asks for a new password."""
        fields = self._look.fields
        return self.page(
            "Set a new password",
            f"{_paragraph(message)}"
            + _form(
                self._look.paths["password"],
                _input("Current password", fields["current"], "password")
                + _input("New password", fields["new"], "password")
                + _input("Repeat the new password", fields["repeat"], "password"),
                "Save",
            ),
        )

    def settings(self, values: Mapping[str, Value], message: str = "") -> str:
        """The settings form."""
        inputs = "".join(
            _input(
                name, name, "text", str(value).lower() if isinstance(value, bool) else str(value)
            )
            for name, value in values.items()
        )
        form = _form(self._look.paths["settings"], inputs, "Save")
        return self.page("Settings", _paragraph(message) + form, menu=True)

    def table(self, heading: str, rows: Mapping[str, str]) -> str:
        """Names and values."""
        cells = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
            for name, value in rows.items()
        )
        return self.page(heading, f"<table>{cells}</table>", menu=True)

    def firmware(self, version: str, message: str = "") -> str:
        """The firmware page."""
        form = _form(self._look.paths["firmware"], _input("Image address", "image", "text"), "Load")
        text = _paragraph(f"Installed: {version}") + _paragraph(message)
        return self.page("Firmware", text + form, menu=True)

    def reset(self) -> str:
        """The factory reset page."""
        warning = _paragraph("All settings and the password are deleted. Type yes to go on.")
        form = _form(self._look.paths["reset"], _input("Confirm", "confirm", "text"), "Reset")
        return self.page("Factory reset", warning + form, menu=True)

    def _menu(self) -> str:
        names = ("status", "settings", "password", "firmware", "reset", "about-page", "logout")
        links = (
            f'<a href="{escape(self._look.paths[name])}">{name.removesuffix("-page")}</a>'
            for name in names
        )
        return f"<nav>{' '.join(links)}</nav>\n"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>\n" if text else ""


def _input(label: str, name: str, kind: str, value: str = "") -> str:
    return (
        f'<label>{escape(label)} <input type="{kind}" name="{escape(name)}" '
        f'value="{escape(value)}"></label>\n'
    )


def _form(action: str, inputs: str, button: str) -> str:
    return (
        f'<form method="post" action="{escape(action)}">\n{inputs}'
        f'<button type="submit">{escape(button)}</button>\n</form>\n'
    )
