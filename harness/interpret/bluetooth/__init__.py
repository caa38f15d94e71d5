"""Bluetooth as it went over the adapter: HCI packets in, what was said on each link out (pure).

`hci` reads packets, `links` puts connections and their protocol units together, `advertising`,
`attributes` and `security` read what those units say.
"""
