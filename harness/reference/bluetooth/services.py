"""The GATT services of the lock: device information, the bolt, firmware update."""

from collections.abc import Callable
from typing import Final

from bumble import att
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.profiles.device_information_service import DeviceInformationService

from harness.reference.bluetooth.flaws import LockFlaw
from harness.reference.bluetooth.lock import Lock
from harness.reference.bluetooth.pairable import Pairable

NAME: Final = "Lock"
MAKER: Final = "Reference Devices"
MODEL: Final = "Reference Lock RL-1"
LOCK_SERVICE: Final = "a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"
BOLT: Final = "a1b20001-5c1e-4d3f-9a7b-6f0d2c8e1b44"
ACCESS_CODE: Final = "a1b20002-5c1e-4d3f-9a7b-6f0d2c8e1b44"
NORDIC_UPDATE_SERVICE: Final = "00001530-1212-efde-1523-785feabcd123"
NORDIC_UPDATE_CONTROL: Final = "00001531-1212-efde-1523-785feabcd123"
MCUMGR_SERVICE: Final = "8d53dc1d-1db7-4cd3-868b-8a527460aa84"
MCUMGR_CHARACTERISTIC: Final = "da2e7828-fbce-4e01-ae9e-261174997c48"
_BOLTED: Final = 1
_Properties = Characteristic.Properties
_Permissions = Characteristic.Permissions
Guard = Callable[[Connection], None]


def services_of(lock: Lock) -> list[Service]:
    """All services; what is the owner's asks each connection how it is secured."""
    revision = None if LockFlaw.NO_REVISION in lock.flaws else lock.firmware
    information = DeviceInformationService(
        manufacturer_name=MAKER, model_number=MODEL, firmware_revision=revision
    )
    guard = guard_of(lock)
    update = _open if LockFlaw.OPEN_UPDATE in lock.flaws else guard
    return [
        information,
        Service(LOCK_SERVICE, [_bolt(lock, guard), _access_code(lock, guard)]),
        Service(NORDIC_UPDATE_SERVICE, [_update(lock, NORDIC_UPDATE_CONTROL, update)]),
        Service(MCUMGR_SERVICE, [_update(lock, MCUMGR_CHARACTERISTIC, update)]),
    ]


def guard_of(pairable: Pairable) -> Guard:
    """Refuses whoever ``pairable`` does not obey."""

    def require(connection: Connection) -> None:
        if not pairable.obeys(connection.handle):
            raise att.ATT_Error(att.ErrorCode.INSUFFICIENT_AUTHENTICATION)

    return require


def _open(_connection: Connection) -> None:
    """Anybody may."""


def _bolt(lock: Lock, guard: Guard) -> Characteristic[bytes]:
    writing = _open if LockFlaw.OPEN_CONTROL in lock.flaws else guard

    def read(connection: Connection) -> bytes:
        guard(connection)
        return bytes([_BOLTED if lock.bolted else 0])

    def write(connection: Connection, value: bytes) -> None:
        writing(connection)
        if len(value) != 1 or value[0] > _BOLTED:
            raise att.ATT_Error(att.ErrorCode.VALUE_NOT_ALLOWED)
        lock.bolted = value[0] == _BOLTED
        lock.truth.record("bolt", bolted=int(lock.bolted), level=_level(lock, connection))

    properties = _Properties.READ | _Properties.WRITE | _Properties.NOTIFY
    return guarded(BOLT, properties, CharacteristicValue(read=read, write=write))


def _access_code(lock: Lock, guard: Guard) -> Characteristic[bytes]:
    reading = _open if LockFlaw.CREDENTIAL_READABLE in lock.flaws else guard

    def read(connection: Connection) -> bytes:
        reading(connection)
        return lock.access_code.encode()

    return guarded(ACCESS_CODE, _Properties.READ, CharacteristicValue(read=read))


def _update(lock: Lock, uuid: str, guard: Guard) -> Characteristic[bytes]:
    def read(_connection: Connection) -> bytes:
        raise att.ATT_Error(att.ErrorCode.READ_NOT_PERMITTED)

    def write(connection: Connection, value: bytes) -> None:
        guard(connection)
        lock.truth.record("update", length=len(value), level=_level(lock, connection))

    properties = _Properties.WRITE | _Properties.NOTIFY
    return guarded(uuid, properties, CharacteristicValue(read=read, write=write))


def _level(lock: Lock, connection: Connection) -> str:
    level = lock.levels.get(connection.handle)
    return level.name if level else "NONE"


def guarded(
    uuid: str, properties: Characteristic.Properties, value: CharacteristicValue[bytes]
) -> Characteristic[bytes]:
    """A characteristic whose value is the guard's business."""
    permissions = _Permissions(0)
    if _Properties.READ in properties:
        permissions |= _Permissions.READABLE
    if _Properties.WRITE in properties:
        permissions |= _Permissions.WRITEABLE
    return Characteristic(uuid, properties, permissions, value)
