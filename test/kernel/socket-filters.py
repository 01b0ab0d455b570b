"""Attaches classic programs to sockets of the kernel, sends a datagram or opens a connection, and tells who got it.

Standard input: {"near": namespace, "client": {...}, "server": {...}, "payload": text,
                 "datagram": [{socket: [[code, jt, jf, k], ...]}, ...], "connection": [program, ...]}
Standard output: {"datagram": [[socket, ...], ...], "connection": [bool, ...]}
"""
import ctypes
import json
import select
import socket
import struct
import sys

SO_ATTACH_FILTER = 26
ETH_P_IP = 0x0800
CLONE_NEWNET = 0x40000000

ask = json.load(sys.stdin)
client, server = ask["client"], ask["server"]


def client_socket(kind):
    """A socket in the client's namespace; the caller's own stays as it is."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as here, open("/run/netns/" + ask["near"]) as there:
        assert libc.setns(there.fileno(), CLONE_NEWNET) == 0
        made = socket.socket(socket.AF_INET, kind)
        assert libc.setns(here.fileno(), CLONE_NEWNET) == 0
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((client["ip"], client["port"]))
    return made


def attach(to, program):
    text = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    held = ctypes.create_string_buffer(text)
    to.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(held)))


def open_socket(name):
    if name == "udp":
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("", server["port"]))
    elif name == "raw":
        made = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    else:
        kind = socket.SOCK_DGRAM if name == "dgram" else socket.SOCK_RAW
        made = socket.socket(socket.AF_PACKET, kind, socket.htons(ETH_P_IP))
    return made


def receivers(sender, programs):
    sockets = {name: open_socket(name) for name in programs}
    for name, program in programs.items():
        attach(sockets[name], program)
    sender.sendto(ask["payload"].encode(), (server["ip"], server["port"]))
    found = set(select.select(list(sockets.values()), [], [], 0.02)[0])
    if found:
        found = set(select.select(list(sockets.values()), [], [], 0)[0])
    got = [name for name, each in sockets.items() if each in found]
    for each in sockets.values():
        each.close()
    return got


def accepts(program):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    attach(listener, program)
    listener.bind(("", server["port"]))
    listener.listen(1)
    caller = client_socket(socket.SOCK_STREAM)
    # No state is left behind on either side.
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    caller.settimeout(0.2)
    try:
        caller.connect((server["ip"], server["port"]))
        return True
    except OSError:
        return False
    finally:
        caller.close()
        listener.close()


sender = client_socket(socket.SOCK_DGRAM)
print(
    json.dumps(
        {
            "datagram": [receivers(sender, programs) for programs in ask["datagram"]],
            "connection": [accepts(program) for program in ask["connection"]],
        }
    )
)
