"""Probes: the halves that touch the device. They write captures and conclude nothing.

A probe is an object with a `declaration` and a `collect`; it is found by the entry-point group
``certbench.probes``. What its captures mean is said by the interpreter of the same name.
"""
