"""Everything about the router that is a matter of taste: ports, paths, names, prompts, banners.

A probe that works only with the default look has learnt the reference device by heart. With a seed,
all of it is drawn anew, the same for every sample of that seed (they are one product).
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DEFAULT_SURFACE: Final[Mapping[str, int]] = {
    "http": 80,
    "https": 443,
    "ssh": 22,
    "telnet": 23,
    "maintenance": 2323,
    "undeclared": 9999,
    "hidden-http": 48080,
    "mqtt": 8883,
    "late": 7681,
    "upnp-wan": 49152,
}
DATAGRAM_SURFACE: Final[Mapping[str, int]] = {
    "snmp": 161,
    "tftp": 69,
    "mdns": 5353,
    "mdns-group": 5353,
    "ssdp": 1900,
    "ssdp-group": 1900,
    "ssdp-wan": 1900,
}
"""UDP ports stay where they are: nobody can ask all of them, so benches ask the usual ones."""
DEFAULT_PATHS: Final[Mapping[str, str]] = {
    "login": "/login",
    "logout": "/logout",
    "status": "/status",
    "settings": "/settings",
    "password": "/password",
    "firmware": "/firmware",
    "reset": "/reset",
    "about-page": "/about",
    "about": "/api/about",
    "api-settings": "/api/settings",
}
DEFAULT_TOPICS: Final = (
    "home/wan/state",
    "home/wan/latency",
    "home/lan/clients",
    "home/temperature",
)
DEFAULT_FIELDS: Final[Mapping[str, str]] = {
    "username": "username",
    "password": "password",
    "current": "current",
    "new": "new",
    "repeat": "repeat",
}
_HIGHEST_OFFSET_PORT: Final = 32767
_FIRST_SHUFFLED_PORT: Final = 1024
_LAST_SHUFFLED_PORT: Final = 32000
_HALF: Final = 0.5


@dataclass(frozen=True)
class Look:
    """How the router presents itself.

    Attributes:
        surface: TCP or UDP port of each service, open or not.
        paths: web path of each page.
        fields: names of form fields.
        hostname: host name in prompts, certificate and settings.
        title: title of every web page.
        server: neutral ``Server`` header.
        ssh_software: software part of the SSH identification string (RFC 4253, 4.2).
        login_prompt: console and Telnet prompt for the user name.
        password_prompt: console and Telnet prompt for the password.
        shell_prompt: format string with ``{user}``, ``{host}`` and ``{mark}``.
        boot_prompt: prompt of the boot loader.
        boot_banner: name of the boot loader.
        session_cookie: name of the session cookie.
        upnp_path: where UPnP documents lie.
        topics: MQTT topics: state and latency of the WAN, clients of the LAN, temperature.
    """

    surface: Mapping[str, int]
    paths: Mapping[str, str]
    fields: Mapping[str, str]
    hostname: str = "router"
    title: str = "Device administration"
    server: str = "RR"
    ssh_software: str = "RR"
    login_prompt: str = "login: "
    password_prompt: str = "Password: "
    shell_prompt: str = "{user}@{host}:~{mark} "
    boot_prompt: str = "=> "
    boot_banner: str = "RR boot loader"
    session_cookie: str = "session"
    upnp_path: str = "/upnp"
    topics: tuple[str, ...] = DEFAULT_TOPICS


def default_look() -> Look:
    """The look of the brief: well-known ports, plain names."""
    surface = {**DEFAULT_SURFACE, **DATAGRAM_SURFACE}
    return Look(surface=surface, paths=DEFAULT_PATHS, fields=DEFAULT_FIELDS)


def shuffled_look(seed: int) -> Look:
    """Draw another look; the same for the same ``seed``."""
    draw = random.Random(seed)
    chosen = draw.sample(range(_FIRST_SHUFFLED_PORT, _LAST_SHUFFLED_PORT), len(DEFAULT_SURFACE))
    return Look(
        surface={**dict(zip(DEFAULT_SURFACE, chosen, strict=True)), **DATAGRAM_SURFACE},
        paths=_paths(draw),
        fields=_fields(draw),
        hostname=draw.choice(("gateway", "homebox", "cpe", "lan-hub")),
        title=draw.choice(("Control panel", "My network", "Home gateway", "Setup")),
        server=draw.choice(("web", "httpd", "embedded")),
        ssh_software=draw.choice(("SH", "remote", "secure")),
        login_prompt=draw.choice(("login: ", "Login: ", "Username: ", "User name: ")),
        password_prompt=draw.choice(("Password: ", "password: ", "Password:", "Enter password: ")),
        shell_prompt=draw.choice(("{user}@{host}:~{mark} ", "[{user}@{host}]{mark} ", "{mark} ")),
        boot_prompt=draw.choice(("=> ", "boot> ", "loader# ")),
        boot_banner=draw.choice(("First stage loader", "Stage 1", "bootld")),
        session_cookie=draw.choice(("sid", "token", "auth", "s")),
        upnp_path=draw.choice(("/igd", "/gw/device", "/description")),
        topics=_topics(draw),
    )


def move_ports(surface: Mapping[str, int], offset: int) -> dict[str, int]:
    """Shift ports so that an ordinary user may bind them; those already high stay in range."""
    return {
        name: port + offset if port <= _HIGHEST_OFFSET_PORT else port
        for name, port in surface.items()
    }


def _topics(draw: random.Random) -> tuple[str, ...]:
    root = draw.choice(("hub", "site/1", "telemetry", "gw"))
    names = ("uplink", "delay", "hosts", "heat") if draw.random() < _HALF else ("a", "b", "c", "d")
    return tuple(f"{root}/{name}" for name in names)


def _paths(draw: random.Random) -> dict[str, str]:
    folder = draw.choice(("/ui", "/admin", "/web", "/cgi"))
    interface = draw.choice(("/rest", "/json", "/v1"))
    ending = draw.choice((".html", ".cgi", ""))
    words = {
        "login": ("signin", "auth", "enter"),
        "logout": ("signout", "leave"),
        "status": ("overview", "home"),
        "settings": ("config", "setup"),
        "password": ("passwd", "credentials"),
        "firmware": ("upgrade", "software"),
        "reset": ("factory", "defaults"),
        "about-page": ("info", "version"),
    }
    pages = {name: f"{folder}/{draw.choice(choice)}{ending}" for name, choice in words.items()}
    about, settings = draw.choice(("device", "system")), draw.choice(("config", "parameters"))
    return {
        **pages,
        "about": f"{interface}/{about}",
        "api-settings": f"{interface}/{settings}",
    }


def _fields(draw: random.Random) -> dict[str, str]:
    return {
        "username": draw.choice(("user", "login", "name", "uid")),
        "password": draw.choice(("pass", "pw", "secret", "pwd")),
        "current": draw.choice(("old", "old_password")),
        "new": draw.choice(("new_password", "password1")),
        "repeat": draw.choice(("confirm", "password2")),
    }
