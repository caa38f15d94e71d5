"""OSCAL 1.2.1: the record as assessment plan, assessment results and component definition.

Our own small mapping to plain dictionaries; ``docs/reference/oscal.md`` says what stands where.
"""
