"""The survey: touches each sample once per state and writes everything down.

Knows no framework and no verdict. In: a survey plan and a bench. Out: a run directory with visits,
attempts, captures and the facts read back from them.
"""
