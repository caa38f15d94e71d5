"""What the benchmark says of scans, login trials and pretests."""

from benchmarks.measure import Measured
from benchmarks.network_peers import OURS, Run, _nmap_scan, _our_scan
from benchmarks.network_report import network_complaints, network_tables

SCAN = """<nmaprun><host><ports>
<port protocol="tcp" portid="53"><state state="open"/>
<service name="domain" method="probed"/></port>
<port protocol="tcp" portid="22"><state state="open"/>
<service name="ssh" method="table"/></port>
<port protocol="tcp" portid="80"><state state="closed"/>
<service name="http" method="probed"/></port>
</ports></host></nmaprun>"""


def run(task="a scan", tool=OURS, wall_s=2.0, peak_mib=50.0, *, right=True):
    measured = Measured(wall_s=wall_s, peak_mib=peak_mib, rounds=1, code=0, said="")
    return Run(task, tool, measured, "10 ports open", right)


def test_a_peer_is_a_ratio_to_ours_at_the_same_task():
    text = network_tables([run(), run(tool="nmap", wall_s=18.0, peak_mib=25.0)], {"nmap": "7.93"})
    assert "| a scan | nmap | 18.0 s | 9.0 | 25 MiB | 0.50 | 10 ports open |" in text
    assert text.startswith("nmap 7.93.")


def test_a_pretest_has_a_bound():
    quick, slow = run(task="pretest, silent", wall_s=19.9), run(task="pretest, silent", wall_s=20.1)
    assert "| pretest, silent | 19.9 s | 20 s | ok |" in network_tables([quick], {})
    assert "**ABOVE**" in network_tables([slow], {})
    assert network_complaints([quick]) == []
    assert network_complaints([slow]) == ["pretest, silent took 20.1 s, above 20 s"]


def test_a_wrong_outcome_of_ours_is_complained_about_and_a_peers_is_not():
    assert network_complaints([run(tool="nmap", right=False)]) == []
    assert network_complaints([run(right=False)]) == ["a scan: the outcome is wrong: 10 ports open"]


def test_a_scan_names_what_was_confirmed():
    assert _nmap_scan(SCAN) == {53: "dns", 22: ""}
    assert _our_scan('{"tcp/22": "ssh", "tcp/99": "", "udp/53": "dns"}') == {22: "ssh", 99: ""}
