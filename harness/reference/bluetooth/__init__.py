"""The reference door lock and the air that it is in: Bluetooth without hardware.

`radio` is the air: each TCP client on loopback is one adapter. `lock` is a device of its own on one
of them. Both stand on bumble, whose host stack the bench uses too; what device and judge share is
therefore that library, and nothing of ours (ADR 0023).
"""
