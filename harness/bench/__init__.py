"""The bench: links to the DUT behind protocols, and the guard that keeps every packet on them.

Knows no framework and no verdict. A driver that fails raises `BenchFault`: never a verdict.
"""
