"""Sends datagrams through filters of clsact in a network namespace of its own, and tells what arrives.

Reads JSON lines {"mode": "da"|"classic", "value": N, "second": N or null} on standard input: what the first filter answers, and the
second, which has direct action. Writes for each the number of datagrams of 4 that came out, as JSON lines. Needs root, ip and tc.
"""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
from datagrams import arrived  # noqa: E402

NAMESPACE = f"netsim-tc-{os.getpid()}"


def run(*words):
    subprocess.run(words, check=True, capture_output=True)


def tc(*words):
    run("ip", "netns", "exec", NAMESPACE, "tc", *words)


def bytecode(value):
    return f"1,6 0 0 {value & 0xffffffff}"


def measure(case):
    tc("qdisc", "add", "dev", "lo", "clsact")
    words = ["filter", "add", "dev", "lo", "egress", "protocol", "ip", "prio", "1", "bpf", "bytecode", bytecode(case["value"])]
    if case["mode"] == "da":
        words.append("da")
    tc(*words)
    if case.get("second") is not None:
        tc("filter", "add", "dev", "lo", "egress", "protocol", "ip", "prio", "2", "bpf", "bytecode", bytecode(case["second"]), "da")
    come = arrived(0.02)
    tc("qdisc", "del", "dev", "lo", "clsact")
    return come


def main():
    run("ip", "netns", "add", NAMESPACE)
    try:
        run("ip", "netns", "exec", NAMESPACE, "ip", "link", "set", "lo", "up")
        with open(f"/run/netns/{NAMESPACE}") as there:
            os.setns(there.fileno(), 0x40000000) if hasattr(os, "setns") else ctypes_setns(there.fileno())
        for line in sys.stdin:
            print(json.dumps(measure(json.loads(line))), flush=True)
    finally:
        run("ip", "netns", "del", NAMESPACE)


def ctypes_setns(descriptor):
    import ctypes

    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")


main()
