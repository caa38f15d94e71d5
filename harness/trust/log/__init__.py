"""A transparency log of statements, as static files, in the formats of C2SP.

`note`, `checkpoint`, `entry`, `proof` and `check` are pure: they are all that a verifier needs.
`tiles` reads a log's files, `store` writes them, `witness` is the other party that keeps a log
honest.
"""
