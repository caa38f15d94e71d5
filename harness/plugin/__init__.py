"""The pytest side of certbench.

::

    pytest DIR --bench BENCH      survey the device, judge DIR on the survey, mirror the verdicts
    pytest DIR --run RUN          judge DIR on a finished run directory or bundle, offline

In both, the verdicts come from one judging child process (`harness.plugin.child`); the process
that the user started only shows them (`harness.plugin.mirror`, found by pytest itself), so that no
option, marker or plug-in of it can change one.
"""
