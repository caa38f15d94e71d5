"""Technical criteria, each once, with a stable id: pure functions of a fact and a declaration.

Suites of different frameworks call the same criterion and differ in what they require of it. A
criterion is given one fact (or those of several samples), the item that it speaks of and the place
to look at; it says HELD only on observations with evidence and control, CONTRADICTED with a finding
that quotes the capture, and UNDECIDED with the reason in every other case. `CRITERIA` says how each
is titled, how bad it is and what to change.
"""

from harness.assessment.criteria.access import (
    anonymous_access,
    anonymous_ssh_access,
    is_redirector,
    plaintext_http_management,
    plaintext_management,
    redirects_to_tls,
    service_in_clear,
    service_seen,
    undeclared_http_login,
    undeclared_login,
)
from harness.assessment.criteria.console import (
    bootloader_interruptible,
    debug_interface_open,
    secret_in_output,
    unauthenticated_shell,
)
from harness.assessment.criteria.disclosure import (
    banner_disclosure,
    disclosures,
    http_disclosure,
    implementation_version,
    ssh_disclosure,
    unreviewed_product,
)
from harness.assessment.criteria.exposure import (
    closed_port,
    every_port_examined,
    every_service_examined,
    interface_status,
    late_service,
    late_service_seen,
    open_targets,
    undeclared_answer,
    undeclared_service,
    unnecessary_service,
)
from harness.assessment.criteria.files import (
    anonymous_file_access,
    anonymous_file_read,
    anonymous_file_write,
    every_file_server_asked,
    made_up_file_login,
    plaintext_file_login,
    undeclared_file_login,
)
from harness.assessment.criteria.input import unexpected_input_processed
from harness.assessment.criteria.mqtt import (
    anonymous_mqtt_access,
    mqtt_disclosure,
    open_mqtt_access,
    plaintext_mqtt_management,
    undeclared_mqtt_login,
    wrong_mqtt_credentials_accepted,
)
from harness.assessment.criteria.passwords import (
    authorised_access,
    default_credentials_accepted,
    derived_default_password,
    former_password_accepted,
    password_change_not_forced,
    universal_default_password,
    unlimited_login_attempts,
    wrong_credentials_accepted,
)
from harness.assessment.criteria.registry import CRITERIA, Criterion
from harness.assessment.criteria.snmp import (
    agents,
    anonymous_snmp_access,
    every_agent_asked,
    snmp_default_community,
    snmp_default_community_write,
    snmp_disclosure,
    undeclared_snmp_login,
    weak_snmp_version,
)
from harness.assessment.criteria.ssh import declared_ssh, shared_ssh_key, weak_ssh_algorithms
from harness.assessment.criteria.tls import (
    declared_tls,
    invalid_certificate,
    shared_tls_key,
    weak_tls_cipher,
    weak_tls_protocol,
)

__all__ = [
    "CRITERIA",
    "Criterion",
    "agents",
    "anonymous_access",
    "anonymous_file_access",
    "anonymous_file_read",
    "anonymous_file_write",
    "anonymous_mqtt_access",
    "anonymous_snmp_access",
    "anonymous_ssh_access",
    "authorised_access",
    "banner_disclosure",
    "bootloader_interruptible",
    "closed_port",
    "debug_interface_open",
    "declared_ssh",
    "declared_tls",
    "default_credentials_accepted",
    "derived_default_password",
    "disclosures",
    "every_agent_asked",
    "every_file_server_asked",
    "every_port_examined",
    "every_service_examined",
    "former_password_accepted",
    "http_disclosure",
    "implementation_version",
    "interface_status",
    "invalid_certificate",
    "is_redirector",
    "late_service",
    "late_service_seen",
    "made_up_file_login",
    "mqtt_disclosure",
    "open_mqtt_access",
    "open_targets",
    "password_change_not_forced",
    "plaintext_file_login",
    "plaintext_http_management",
    "plaintext_management",
    "plaintext_mqtt_management",
    "redirects_to_tls",
    "secret_in_output",
    "service_in_clear",
    "service_seen",
    "shared_ssh_key",
    "shared_tls_key",
    "snmp_default_community",
    "snmp_default_community_write",
    "snmp_disclosure",
    "ssh_disclosure",
    "unauthenticated_shell",
    "undeclared_answer",
    "undeclared_file_login",
    "undeclared_http_login",
    "undeclared_login",
    "undeclared_mqtt_login",
    "undeclared_service",
    "undeclared_snmp_login",
    "unexpected_input_processed",
    "universal_default_password",
    "unlimited_login_attempts",
    "unnecessary_service",
    "unreviewed_product",
    "weak_snmp_version",
    "weak_ssh_algorithms",
    "weak_tls_cipher",
    "weak_tls_protocol",
    "wrong_credentials_accepted",
    "wrong_mqtt_credentials_accepted",
]
