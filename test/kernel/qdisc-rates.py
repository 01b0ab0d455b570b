"""Measures what comes out of queueing disciplines, each on the loopback device of a network namespace of its own, all at the same time.

Reads a JSON list of {"commands": [tc words], "flows": [{"port", "bytes", "count"}], "until": [seconds, seconds]} on standard input. For each
it fills the discipline with all datagrams at once, flow by flow, and counts by the kernel's time stamps, from the first send, what arrived
until each of the times. Writes a JSON list of [[bytes of a flow until the first time, until the second], ...]. Needs root, ip and tc.
"""
import ctypes
import json
import os
import socket
import struct
import subprocess
import sys
import time

SO_TIMESTAMPNS = 35
SO_SNDBUFFORCE = 32
SO_RCVBUFFORCE = 33
CLONE_NEWNET = 0x40000000


def measure(case):
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for words in case["commands"]:
        subprocess.run(["tc", *words], check=True)
    receivers = []
    for flow in case["flows"]:
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 25)
        one.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        one.bind(("127.0.0.1", flow["port"]))
        receivers.append(one)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 25)
    start = time.time()
    for flow in case["flows"]:
        for _ in range(flow["count"]):
            sender.sendto(b"x" * flow["bytes"], ("127.0.0.1", flow["port"]))
    time.sleep(max(case["until"]) - (time.time() - start) + 0.05)
    return [arrived(one, [start + until for until in case["until"]]) for one in receivers]


def arrived(receiver, until):
    receiver.setblocking(False)
    counts = [0 for _ in until]
    while True:
        try:
            data, ancillary, _, _ = receiver.recvmsg(65536, 64)
        except BlockingIOError:
            return counts
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
        for i, end in enumerate(until):
            if seconds + nanoseconds / 1e9 < end:
                counts[i] += len(data)


def main():
    children = []
    for case in json.load(sys.stdin):
        read, write = os.pipe()
        if os.fork() == 0:
            status = 1
            try:
                os.write(write, json.dumps(measure(case)).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(write)
        children.append(read)
    print(json.dumps([json.loads(os.fdopen(read).read()) for read in children]))


main()
