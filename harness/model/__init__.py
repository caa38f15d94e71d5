"""The vocabulary of the bench as frozen data: dossier, plan, declarations, verdicts, records.

Nothing here reads a file, opens a socket or asks the time.
"""
