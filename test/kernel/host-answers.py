"""Puts frames on the interfaces of a Linux host in a network namespace of its own and says what comes back.

Standard input: {"forwarding": bool, "commands": [ip(8) batch lines], "sockets": [[family, address, port], ...],
"steps": [{"port": 0 or 1, "frames": [hex, ...]}, ...], "quiet": seconds}. Standard output: {"answers": for each step a
list of [port, hex], "reasons": for each step a list of the kernel's drop reasons, or null where it cannot be asked}.
The host's devices are a and b, their far ends are here.
"""

import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
TRACING = "/sys/kernel/tracing"
libc = ctypes.CDLL(None, use_errno=True)


def enter(name):
    with open(f"/run/netns/{name}") as handle:
        if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def run(*words, text=None):
    subprocess.run(words, input=text, text=True, check=True, stdout=subprocess.DEVNULL)


def is_noise(frame):
    """Multicast listener reports and router solicitations, which the host sends by itself."""
    if frame[12:14] != b"\x86\xdd":
        return False
    at = 54 + (8 if frame[20] == 0 else 0)
    return frame[20] in (0, 58) and len(frame) > at and frame[at] in (131, 132, 133, 143)


def collect(ports, quiet):
    seen = []
    poll = select.poll()
    for port in ports:
        poll.register(port, select.POLLIN)
    while poll.poll(quiet * 1000):
        for number, port in enumerate(ports):
            while True:
                try:
                    frame, address = port.recvfrom(70000)
                except BlockingIOError:
                    break
                if address[2] != socket.PACKET_OUTGOING and not is_noise(frame):
                    seen.append([number, frame.hex()])
    return seen


class Drops:
    """The reasons for which the kernel drops what this process sends, in a trace instance of its own."""

    def __init__(self):
        self.directory = f"{TRACING}/instances/netsim-{os.getpid()}"
        os.mkdir(self.directory)
        self.write("events/skb/kfree_skb/enable", "1")

    def write(self, name, text):
        with open(f"{self.directory}/{name}", "w") as handle:
            handle.write(text)

    def clear(self):
        self.write("trace", "")

    def read(self):
        with open(f"{self.directory}/trace") as handle:
            lines = [line for line in handle if f"-{os.getpid()} " in line and "reason: " in line]
        # The far ends drop the answers themselves, by their ingress filter.
        reasons = [line.rsplit("reason: ", 1)[1].strip() for line in lines]
        return [reason for reason in reasons if reason != "TC_INGRESS"]

    def close(self):
        self.write("events/skb/kfree_skb/enable", "0")
        os.rmdir(self.directory)


def silence(tester):
    """Keeps the far ends' own protocols from seeing, and so from dropping, the answers. False where that cannot be."""
    for name in ("a", "b"):
        for words in (["qdisc", "add", "dev", name, "clsact"],
                      ["filter", "add", "dev", name, "ingress", "bpf", "da", "bytecode", "1,6 0 0 2"]):
            if subprocess.run(["tc", "-n", tester, *words], stderr=subprocess.DEVNULL, check=False).returncode != 0:
                return False
    return True


def make(host, tester, job):
    for name in (host, tester):
        run("ip", "netns", "add", name)
    forwarding = int(job["forwarding"])
    run("ip", "netns", "exec", tester, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
    run("ip", "netns", "exec", host, "sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0",
        "net.ipv6.conf.default.router_solicitations=0", f"net.ipv4.ip_forward={forwarding}",
        f"net.ipv6.conf.all.forwarding={forwarding}")
    run("ip", "-n", host, "-batch", "-", text="\n".join(
        f"link add name {name} address 02:00:00:00:00:{name}1 type veth peer name {name} "
        f"address 02:00:00:00:00:{name}2 netns {tester}" for name in ("a", "b")))
    run("ip", "-n", tester, "-batch", "-", text="link set dev a mtu 9000 up\nlink set dev b mtu 9000 up\n")
    run("ip", "-n", host, "-batch", "-", text="\n".join(["link set lo up", *job["commands"]]))


def play(host, tester, job, drops):
    enter(host)
    sockets = []
    for family, address, port in job["sockets"]:
        bound = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
        bound.bind((address, port))
        sockets.append(bound)
    enter(tester)
    ports = []
    for name in ("a", "b"):
        port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        port.bind((name, 0))
        port.setblocking(False)
        ports.append(port)
    time.sleep(0.1)
    collect(ports, 0.1)
    answers, reasons = [], []
    for step in job["steps"]:
        if drops:
            drops.clear()
        for frame in step["frames"]:
            ports[step["port"]].send(bytes.fromhex(frame))
        answers.append(collect(ports, job["quiet"]))
        if drops:
            reasons.append(drops.read())
    return {"answers": answers, "reasons": reasons if drops else None}


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    job = json.load(sys.stdin)
    host, tester = (f"netsim-{os.getpid()}-{role}" for role in ("host", "tester"))
    drops = None
    try:
        make(host, tester, job)
        if silence(tester) and os.path.exists(f"{TRACING}/events/skb/kfree_skb"):
            drops = Drops()
        json.dump(play(host, tester, job, drops), sys.stdout)
    finally:
        if drops:
            drops.close()
        for name in (host, tester):
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)


main()
