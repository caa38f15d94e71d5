"""Which datagrams ask a UDP port what it speaks."""

from harness.interpret import dns_messages
from harness.interpret.udp_queries import MDNS, QUERIES, in_order_for, own_name_query


def test_the_usual_protocol_of_a_port_comes_first_with_all_its_queries():
    first, second, *others = in_order_for(5353, "192.0.2.7")
    assert first == (MDNS, QUERIES[MDNS])
    assert second == (MDNS, own_name_query("192.0.2.7"))
    assert MDNS not in {protocol for protocol, _ in others}


def test_a_responder_without_services_is_asked_for_its_own_name():
    (question,) = dns_messages.read(own_name_query("192.0.2.7")).questions
    assert dns_messages.shown(question.name) == "7.2.0.192.in-addr.arpa"
    assert (question.type, question.unicast) == (dns_messages.PTR, True)
    (six,) = dns_messages.read(own_name_query("2001:db8::7")).questions
    assert dns_messages.shown(six.name).endswith(".8.b.d.0.1.0.0.2.ip6.arpa")
