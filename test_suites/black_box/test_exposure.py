"""What is reachable: open ports are listed in the report, and only a declaration can judge them."""

from harness.testing import DecidedBy, Judgements, case, unit, without_declaration


@case("undeclared-service")
class TestDeclaredServices:
    """Every open port is declared."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_every_open_port_is_declared(self) -> Judgements:
        """Needs the declared interfaces."""
        return without_declaration("undeclared-service", "interfaces (IXIT 15-Intf)")


@case("unnecessary-service")
class TestDisabledServices:
    """Disabled services are off."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_disabled_services_are_off(self) -> Judgements:
        """Needs the declared software services."""
        return without_declaration("unnecessary-service", "software services (IXIT 13-SoftServ)")


@case("interface-status")
class TestStatusOfInterfaces:
    """Interfaces are in their declared status."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_interfaces_are_in_their_status(self) -> Judgements:
        """Needs the declared interfaces."""
        return without_declaration("interface-status", "interfaces (IXIT 15-Intf)")
