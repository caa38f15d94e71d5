"""The Allure view of a bundle: drawn on demand by the npm package ``allure``, never part of it.

The bundle's assessments say what each unit got; its Allure results add when a unit ran. The package
runs as a process without network, and what it writes loses its analytics and gets a policy.
"""
