"""Questions to people after a survey: what is open, who works on it, and their answers on disk.

The rooms: `queue` makes one list of the questions of all frameworks, `store` appends answers,
`leases` says who works on what, `page` and `server` make the local page, `sheet` the spread-sheet.
"""
