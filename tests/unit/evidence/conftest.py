"""Packet captures for tests of what lies in them."""

import struct

import pytest


@pytest.fixture
def pcap_of():
    """A capture of one TCP connection whose segments hold the given pieces."""

    def make(pieces):
        data, sequence = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101), 7
        for piece in pieces:
            tcp = struct.pack(">HHIIBBHHH", 4000, 80, sequence, 0, 0x50, 0x18, 99, 0, 0) + piece
            ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0)
            packet = ip + bytes([192, 168, 7, 1, 192, 168, 7, 20]) + tcp
            data += struct.pack("<IIII", 1, 0, len(packet), len(packet)) + packet
            sequence += len(piece)
        return data

    return make
