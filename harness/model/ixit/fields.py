"""How a field of an IXIT row says what it is: its official name, its meaning and an example.

The names of TS 103 701 stand in ``title``; what has no title is the structured form that rules and
criteria read beside a free text, since no machine should guess from prose. Forms, comments, error
messages and the reference page are all made from this.
"""

from typing import Annotated, Any, Final

from pydantic import Field

from harness.model.base import Frozen

EDITIONS: Final = "editions"
"""Key in a field's extra data: the editions of TS 103 701 that have the field, 1 or 2."""

EndpointName = Annotated[
    str, Field(pattern=r"^(tcp|udp)/[0-9]{1,5}$|^console$|^ble$|^bt-classic$|^radio$")
]
"""How a row names a place for probes to look at.

``tcp/443``, ``udp/53``, ``console``, ``ble``, ``bt-classic``; and ``radio`` for any other, such as
Zigbee or NFC, which no probe looks at: it keeps its row open.
"""
BLE: Final = "ble"
"""Bluetooth LE, as an endpoint."""
CLASSIC: Final = "bt-classic"
"""Bluetooth Classic (BR/EDR), as an endpoint."""
Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""A UUID in full and lower case: what Bluetooth calls services and characteristics."""
ClassicName = Annotated[
    str, Field(pattern=r"^rfcomm/([1-9]|[12][0-9]|30)$|^l2cap/0x[0-9a-f]{3}[13579bdf]$")
]
"""Where a service listens over Bluetooth Classic: ``rfcomm/3``, ``l2cap/0x0019``."""


class IxitRow(Frozen):
    """A row of an IXIT table; ``id`` is unique within it."""

    id: str = Field(description="Name that other rows and reports refer to.")


def official(
    title: str,
    meaning: str,
    example: object = "",
    *,
    default: object = "",
    editions: tuple[int, ...] = (1, 2),
) -> Any:  # noqa: ANN401  (as pydantic.Field: it stands for any type)
    """A field of the pro forma.

    Args:
        title: its name there.
        meaning: what to write, in our own words.
        example: a good answer.
        default: what an unanswered one holds; ``...`` for one that must be answered.
        editions: 1 for TS 103 701 V1.1.1, 2 for V2.1.1.
    """
    return Field(
        default=default,
        title=title,
        description=meaning,
        examples=[example],
        json_schema_extra={EDITIONS: list(editions)},
    )


def structured(meaning: str, example: object = "", *, default: object = "") -> Any:  # noqa: ANN401  (as pydantic.Field: it stands for any type)
    """A field of ours beside the official text: the same in a form that rules can read."""
    return Field(default=default, description=meaning, examples=[example])
