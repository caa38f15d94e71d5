"""How facts of two surveys are compared, as data: what names an element, what is left out, and why.

Left out everywhere are places in captures. Left out here, model by model, is what differs between
two surveys of one unchanged device: times, counters, identities of secrets that hold for one survey
only, and what depends on the bench. What a list holds is compared without its order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from harness.facts import (
    base,
    bluetooth,
    bluetooth_classic,
    console,
    credentials,
    disclosure,
    discovery,
    dns,
    files,
    http,
    identity,
    late_ports,
    leftovers,
    mqtt,
    ntp,
    outages,
    ports,
    publications,
    services,
    snmp,
    ssh,
    tls,
    traffic,
    updates,
    upnp,
)
from harness.model.base import Frozen

ITSELF: Final = "*"
"""In `Shape.means`: the element itself."""


class Meaning(StrEnum):
    """What it means that something is there."""

    WAY_IN = "way-in"
    """Somebody without the owner's login gets something: always worth a line of its own."""
    SURFACE = "surface"
    """More for an attacker to try."""
    PROTECTION = "protection"
    """The other way round: it is worse when it is gone."""
    IDENTITY = "identity"
    """Which device and which software this is."""
    FACT = "fact"


@dataclass(frozen=True)
class Shape:
    """How one model is compared.

    Attributes:
        key: fields that name an element in a list of these; none = its place in the list.
        told: fields that are compared as one value of the element.
        drop: fields that are not compared.
        means: what its fields mean, or ITSELF; `Meaning.FACT` otherwise.
        expected: values of a field with which the element is nothing but a fact.
        void: told values that say nothing.
    """

    key: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    drop: frozenset[str] = frozenset()
    means: Mapping[str, Meaning] = field(default_factory=dict)
    expected: Mapping[str, frozenset[str]] = field(default_factory=dict)
    void: frozenset[str] = frozenset()


def _shape(
    *key: str,
    told: tuple[str, ...] = (),
    drop: str = "",
    means: Mapping[Meaning, str] = MappingProxyType({}),
    expected: Mapping[str, frozenset[str]] = MappingProxyType({}),
    void: str = "",
) -> Shape:
    meanings = {name: meaning for meaning, names in means.items() for name in names.split()}
    return Shape(key, told, frozenset(drop.split()), meanings, expected, frozenset(void.split()))


_WAY, _SURFACE, _PROTECTION = Meaning.WAY_IN, Meaning.SURFACE, Meaning.PROTECTION
_SERVICE: Final = _shape(
    "endpoint",
    told=("protocol", "tls"),
    drop="banner guess",  # first bytes may hold a time or a nonce; a guess is nmap's
    means={_SURFACE: ITSELF},
)

SHAPES: Final[Mapping[type[Frozen], Shape]] = MappingProxyType(
    {
        ports.PortsFacts: _shape(drop="address"),
        ports.Port: _shape("endpoint", told=("state",)),
        late_ports.LatePortsFacts: _shape(drop="address"),
        services.ServicesFacts: _shape(),
        services.Service: _SERVICE,
        tls.TlsFacts: _shape(),
        tls.TlsServer: _shape("endpoint", drop="observed_at", means={_SURFACE: "key_exchange"}),
        tls.VersionOffer: _shape("version", told=("observation",), means={_SURFACE: ITSELF}),
        tls.CipherOffer: _shape("version", "name", drop="code", means={_SURFACE: ITSELF}),
        tls.FamilyOffer: _shape("family", told=("observation",), means={_SURFACE: ITSELF}),
        tls.Certificate: _shape(
            drop="sha256 serial not_before not_after",  # a certificate is renewed; a key is not
            means={Meaning.IDENTITY: "spki_sha256"},
        ),
        ssh.SshFacts: _shape(),
        ssh.SshServer: _shape(
            "endpoint",
            means={_SURFACE: "kex host_key_algorithms ciphers macs compression auth_methods"},
        ),
        ssh.HostKey: _shape("type", means={Meaning.IDENTITY: "sha256"}),
        http.HttpFacts: _shape(),
        http.HttpServer: _shape(
            "endpoint",
            drop="headers unread",  # values change with every answer; what they tell is disclosed
            means={
                _WAY: "open_configuration",
                _SURFACE: "open_pages",
                _PROTECTION: "redirects_to_tls",
            },
        ),
        http.LoginPoint: _shape("method", "path", means={_SURFACE: ITSELF}),
        http.Redirect: _shape("path", told=("location",), drop="followed reason"),
        http.HttpInputFacts: _shape(),
        http.HttpInputServer: _shape("endpoint"),
        http.InputCase: _shape("name", told=("outcome",), means={_WAY: ITSELF}),
        mqtt.MqttFacts: _shape(),
        mqtt.MqttServer: _shape(
            "endpoint",
            drop="flooded topics_left_out",
            means={
                _WAY: "anonymous any_credentials subscription publishing",
                _PROTECTION: "login",
            },
        ),
        mqtt.MqttTry: _shape("client", "level", told=("answer",), drop="code confirmed"),
        mqtt.MqttTopic: _shape("name", drop="size retained", means={_SURFACE: ITSELF}),
        files.FilesFacts: _shape(),
        files.FileServer: _shape(
            "endpoint",
            "protocol",
            means={_WAY: "anonymous any_login readable writable", _SURFACE: "asks_password"},
        ),
        dns.DnsFacts: _shape(),
        dns.DnsServer: _shape("endpoint", means={_WAY: "recursion transfer"}),
        ntp.NtpFacts: _shape(),
        ntp.NtpServer: _shape("endpoint", drop="amplification", means={_WAY: "control monitor"}),
        snmp.SnmpFacts: _shape(),
        snmp.SnmpAgent: _shape(
            "endpoint",
            drop="readable readable_limit",  # tables grow and shrink
            means={
                _WAY: "any_name published_community published_user",
                _SURFACE: "in_clear",
                Meaning.IDENTITY: "engine_id engine_mac",
            },
        ),
        snmp.NameTrial: _shape("version", "source", "name", told=("result",), means={_WAY: ITSELF}),
        snmp.SnmpWriteFacts: _shape(),
        snmp.SnmpWriter: _shape("endpoint", means={_WAY: "writable"}),
        snmp.WriteTrial: _shape(
            "version",
            "community",
            "object",
            told=("written",),
            drop="restored",
            means={_WAY: ITSELF},
        ),
        console.ConsoleFacts: _shape(
            means={
                _WAY: "boot_loader_prompt unauthenticated_shell",
                Meaning.IDENTITY: "versions",
            },
        ),
        console.SecretSighting: _shape("kind", "shown", means={_WAY: ITSELF}),
        credentials.CredentialsFacts: _shape(),
        credentials.Login: _shape("target", "method", means={_PROTECTION: "change_forced"}),
        credentials.Trial: _shape(
            "source",
            "user",
            "rule",
            told=("outcome",),
            drop="number secret duration_ms",  # identities of secrets hold for one survey
            means={_WAY: ITSELF},
            expected={"source": frozenset({"label", "user"})},  # these are meant to be accepted
            void="locked unanswered",  # when guessing is hindered is told by the limit
        ),
        credentials.GuessingLimit: _shape(
            drop="attempts answered_per_s_milli", means={_PROTECTION: "hindered"}
        ),
        identity.IdentityFacts: _shape(
            means={Meaning.IDENTITY: "firmware fingerprints"}, drop="source"
        ),
        discovery.DiscoveryFacts: _shape(drop="known others"),
        discovery.Responder: _shape("endpoint", told=("answered",), means={_SURFACE: ITSELF}),
        discovery.ServiceInstance: _shape("name", told=("host", "port"), means={_SURFACE: ITSELF}),
        discovery.SsdpMessage: _shape(
            "target", "usn", told=("location", "server"), drop="way announcement"
        ),
        discovery.IdentifierSighting: _shape(
            "target", "kind", "where", told=("text",), means={_SURFACE: ITSELF}
        ),
        discovery.SerialClaim: _shape("target", "where", told=("text",)),
        upnp.UpnpFacts: _shape(
            drop="known wan_address wan_asked not_followed", means={_WAY: "wan wan_found"}
        ),
        upnp.UpnpDescription: _shape("url", drop="endpoint", means={_SURFACE: ITSELF}),
        upnp.UpnpService: _shape("type", "control", means={_SURFACE: "actions"}),
        upnp.ActionReply: _shape(
            "action", "control", told=("performed",), drop="fault", means={_WAY: ITSELF}
        ),
        upnp.PortMappingFacts: _shape(),
        upnp.MappingTry: _shape(
            "control", told=("accepted",), drop="endpoint fault removed", means={_WAY: ITSELF}
        ),
        publications.PublicationsFacts: _shape(),
        publications.PublishedPage: _shape(
            "url",
            drop="text title text_whole",  # pages are reworded; what they must hold is judged
            means={_PROTECTION: "served verified"},
        ),
        publications.SecurityTxt: _shape(
            "origin",
            drop="expires",  # it is renewed; that it had run out is a difference
            means={_PROTECTION: "present"},
        ),
        updates.UpdatesFacts: _shape(means={Meaning.IDENTITY: "under_test"}),
        updates.UpdateAttack: _shape(
            "mechanism", "attack", "way", told=("installed",), means={_WAY: ITSELF}
        ),
        updates.UpdateWay: _shape("way", told=("takes",), means={_SURFACE: ITSELF}),
        updates.UpdateDefaultsFacts: _shape(),
        updates.MechanismDefaults: _shape("mechanism", drop="watched_s"),
        outages.OutagesFacts: _shape(),
        outages.Outage: _shape("kind", "number", drop="real"),
        outages.FunctionCheck: _shape("name", means={_PROTECTION: "during after"}),
        outages.SettingCheck: _shape("name", told=("outcome",)),
        traffic.TrafficFacts: _shape(),
        traffic.TrafficWindow: _shape(
            "name", "item", drop="duration_ms own_packets trigger device connecting"
        ),
        traffic.Connecting: _shape(drop="at_ms"),
        traffic.Remote: _shape(
            "names",
            "transport",
            "port",
            drop="address opaque_bytes",  # names stay when addresses change
            means={_SURFACE: ITSELF},
        ),
        traffic.SoftwareTransfer: _shape("endpoint", means={_SURFACE: ITSELF}),
        leftovers.LeftoversFacts: _shape(),
        leftovers.Deletion: _shape("function", told=("done",)),
        leftovers.Trace: _shape(
            "function", "place", "datum", told=("after",), drop="before", means={_WAY: ITSELF}
        ),
        bluetooth.BluetoothAdvertisingFacts: _shape(
            drop="window_s others known", means={_SURFACE: "trackable identifying"}
        ),
        bluetooth.Advertiser: _shape(
            "kind",
            "name",
            drop="address first_s last_s",  # a private address is meant to change
            means={_SURFACE: ITSELF},
        ),
        bluetooth.BluetoothPairingFacts: _shape(
            drop="fakes",
            means={
                _WAY: "outside_mode over_bond wrong_key_accepted open_after_bond guessable_passkey",
                _SURFACE: "legacy unauthenticated short_key fixed_passkey unlimited",
                _PROTECTION: "control",
                Meaning.IDENTITY: "information",
            },
        ),
        bluetooth.PairingTry: _shape(
            "name",
            told=("answer", "completed", "model", "secure_connections", "key_size"),
            drop="reason",
        ),
        bluetooth.Characteristic: _shape(
            "service",
            "uuid",
            drop="handle",  # handles move with every other service
            means={_SURFACE: ITSELF},
        ),
        bluetooth.AccessAtLevel: _shape("level", told=("read", "write"), means={_SURFACE: ITSELF}),
        bluetooth.BluetoothInputFacts: _shape(drop="sent survived culprit", means={_WAY: "crash"}),
        bluetooth_classic.BluetoothClassicFacts: _shape(
            drop="fakes window_s",
            means={
                _WAY: "outside_mode open_service",
                _SURFACE: "discoverable unauthenticated legacy_pin without_secure_connections "
                "short_key",
                _PROTECTION: "control",
                Meaning.IDENTITY: "name",
            },
        ),
        bluetooth_classic.ClassicTry: _shape(
            "name", told=("answer", "key", "cipher", "key_size", "level"), drop="status capability"
        ),
        bluetooth_classic.ClassicService: _shape(
            "name", told=("listed", "open"), means={_SURFACE: ITSELF}
        ),
        disclosure.Disclosure: _shape("where", told=("text",), drop="product version"),
        base.Endpoint: _shape(drop="address"),
    }
)
"""A model without an entry is compared field by field, its lists as sets of what they hold."""
DEFAULT: Final = Shape()
COVERAGE: Final = frozenset({"complete", "examined", "not_examined"})
"""Fields of every facts model that say what was looked at, not what was seen."""
