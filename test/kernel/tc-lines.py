"""Runs commands of tc in network namespaces, one for each case, and tells what tc said and what it shows afterwards.

Reads a JSON list of {"lines": [command without "tc", ...], "traffic": frames are sent through eth0 and then through eth1, "statistics": bool} on
standard input. Each case has veth devices eth0 and eth1, which are each other's peers. Writes a JSON list of {"answers": [[exit code, what
it wrote to standard error], ...], "shown": [what tc shows of qdiscs, classes, filters of the disciplines, ingress, egress]}. Needs root, ip and tc.
"""
import ctypes
import json
import os
import shlex
import socket
import struct
import subprocess
import sys

CLONE_NEWNET = 0x40000000
SHOWN = (
    ["qdisc", "show", "dev", "eth0"],
    ["class", "show", "dev", "eth0"],
    ["filter", "show", "dev", "eth0"],
    ["filter", "show", "dev", "eth0", "ingress"],
    ["filter", "show", "dev", "eth0", "egress"],
)

LENGTHS = (60, 200, 1000)


def frame(length):
    """A datagram of that length in an Ethernet frame."""
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, length - 14, 0, 0, 64, 17, 0, bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)))
    udp = struct.pack(">HHHH", 1000, 7, length - 34, 0)
    return bytes.fromhex("020000000002020000000001" "0800") + ip + udp + bytes(length - 42)


def run(words):
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10, errors="replace", stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return 124, "", "timeout"
    return done.returncode, done.stdout, done.stderr


def judge(case):
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for scope in ("all", "default"):
        try:
            with open(f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6", "w") as file:
                file.write("1")
        except OSError:
            pass
    for words in (
        "link add eth0 numtxqueues 1 numrxqueues 1 type veth peer name eth1 numtxqueues 1 numrxqueues 1",
        "link set eth0 up",
        "link set eth1 up",
    ):
        subprocess.run(["ip", *words.split()], check=True)
    answers = []
    for line in case["lines"]:
        code, _, error = run(["tc", *shlex.split(line)])
        answers.append([code, error.strip()])
    if case.get("traffic"):
        for device in ("eth0", "eth1"):
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            sender.bind((device, 0x0800))
            for length in LENGTHS:
                try:
                    sender.send(frame(length))
                except OSError:
                    pass
    option = ["-s"] if case.get("statistics") else []
    return {"answers": answers, "shown": [run(["tc", *option, *words])[1] for words in SHOWN]}


def main():
    for case in json.load(sys.stdin):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.close(read)
                with os.fdopen(write, "w") as out:
                    json.dump(judge(case), out)
                status = 0
            finally:
                os._exit(status)
        os.close(write)
        with os.fdopen(read) as answer:
            print(answer.read(), flush=True)
        os.waitpid(child, 0)


main()
