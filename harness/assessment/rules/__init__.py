"""Rules: what can be decided from the supplier's declaration alone.

A rule is a pure function of ICS and IXIT rows. It gives one judgement a row, which cites the row;
it never guesses from prose: an empty field that it needs is UNDECIDED, and only a plain statement
of the supplier contradicts. Whether the declaration is true of the device is for the functional
units.
"""

from harness.assessment.rules.boot import secure_boot_promises_verification
from harness.assessment.rules.components import (
    automation_is_on_where_it_can_be_set,
    components_name_their_updates,
    gives_a_reason_for_no_update,
    updates_are_looked_for,
)
from harness.assessment.rules.cryptography import (
    CryptoEntry,
    CryptoTable,
    Status,
    authentication_crypto_is_best_practice,
    authentication_crypto_is_not_broken,
    communication_crypto_is_best_practice,
    communication_crypto_is_not_broken,
    crypto_table,
    update_crypto_is_best_practice,
    update_crypto_is_not_broken,
)
from harness.assessment.rules.deletion import (
    deletions_are_confirmed,
    service_data_can_be_deleted,
    stored_data_can_be_deleted,
)
from harness.assessment.rules.implementations import implementations_are_reviewed
from harness.assessment.rules.inputs import input_sources_are_validated
from harness.assessment.rules.interfaces import (
    debug_interfaces_are_guarded,
    debug_interfaces_are_off,
    debug_interfaces_have_a_switch,
    debug_ports_are_covered,
    intermittent_interfaces_are_off,
    unexposed_interfaces_are_closed,
)
from harness.assessment.rules.links import links_are_declared, links_promise_confidentiality
from harness.assessment.rules.machines import machines_use_no_password
from harness.assessment.rules.outages import local_function_is_kept, outages_are_covered
from harness.assessment.rules.parameters import (
    critical_parameters_are_not_hard_coded,
    guarantees_match_type,
    identities_are_declared,
    update_and_service_parameters_are_unique,
)
from harness.assessment.rules.privacy import (
    consent_can_be_withdrawn,
    consent_is_obtained,
    users_are_told,
)
from harness.assessment.rules.replacement import (
    cryptography_has_an_update_mechanism,
    side_effects_were_considered,
)
from harness.assessment.rules.reporting import departures_are_justified
from harness.assessment.rules.rows import no_rows, row_ref
from harness.assessment.rules.services import services_name_their_authentication
from harness.assessment.rules.telemetry import telemetry_is_examined, telemetry_names_personal_data
from harness.assessment.rules.updates import (
    authenticity_is_verified_by_the_device,
    integrity_is_verified_by_the_device,
    interruptions_are_announced,
    on_by_default,
    updates_are_verified,
    updates_promise_what_they_need,
    user_controls,
)
from harness.assessment.rules.upkeep import denials, practice_is_confirmed

__all__ = [
    "CryptoEntry",
    "CryptoTable",
    "Status",
    "authentication_crypto_is_best_practice",
    "authentication_crypto_is_not_broken",
    "authenticity_is_verified_by_the_device",
    "automation_is_on_where_it_can_be_set",
    "communication_crypto_is_best_practice",
    "communication_crypto_is_not_broken",
    "components_name_their_updates",
    "consent_can_be_withdrawn",
    "consent_is_obtained",
    "critical_parameters_are_not_hard_coded",
    "crypto_table",
    "cryptography_has_an_update_mechanism",
    "debug_interfaces_are_guarded",
    "debug_interfaces_are_off",
    "debug_interfaces_have_a_switch",
    "debug_ports_are_covered",
    "deletions_are_confirmed",
    "denials",
    "departures_are_justified",
    "gives_a_reason_for_no_update",
    "guarantees_match_type",
    "identities_are_declared",
    "implementations_are_reviewed",
    "input_sources_are_validated",
    "integrity_is_verified_by_the_device",
    "intermittent_interfaces_are_off",
    "interruptions_are_announced",
    "links_are_declared",
    "links_promise_confidentiality",
    "local_function_is_kept",
    "machines_use_no_password",
    "no_rows",
    "on_by_default",
    "outages_are_covered",
    "practice_is_confirmed",
    "row_ref",
    "secure_boot_promises_verification",
    "service_data_can_be_deleted",
    "services_name_their_authentication",
    "side_effects_were_considered",
    "stored_data_can_be_deleted",
    "telemetry_is_examined",
    "telemetry_names_personal_data",
    "unexposed_interfaces_are_closed",
    "update_and_service_parameters_are_unique",
    "update_crypto_is_best_practice",
    "update_crypto_is_not_broken",
    "updates_are_looked_for",
    "updates_are_verified",
    "updates_promise_what_they_need",
    "user_controls",
    "users_are_told",
]
