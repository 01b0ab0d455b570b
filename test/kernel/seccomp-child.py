"""Makes system calls under seccomp filters, a child a case: JSON in (a list of cases), JSON out (a list of results)."""
import ctypes
import json
import os
import signal
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

SYS_SECCOMP, SYS_EXIT = 317, 60
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
SIGSYS = 31


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


class SigAction(ctypes.Structure):
    _fields_ = [("handler", ctypes.c_void_p), ("mask", ctypes.c_byte * 128), ("flags", ctypes.c_int), ("restorer", ctypes.c_void_p)]


HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def call(nr, args):
    ctypes.set_errno(0)
    value = libc.syscall(ctypes.c_long(nr), *[ctypes.c_ulong(int(a) & (2**64 - 1)) for a in args])
    return [value, ctypes.get_errno()] if value == -1 else [value, 0]


def install(text, flags):
    data = bytes.fromhex(text)
    buffer = ctypes.create_string_buffer(data, max(1, len(data)))
    program = Program(len(data) // 8, ctypes.addressof(buffer))
    return call(SYS_SECCOMP, [1, flags, ctypes.addressof(program)])


def child(case, out):
    seen = []

    def handler(number, info, context):
        words = (ctypes.c_int * 32).from_address(info)
        seen.append({"signal": words[0], "errno": words[1], "code": words[2], "syscall": words[6], "arch": words[7] & 0xFFFFFFFF})

    kept = HANDLER(handler)
    if case.get("handler"):
        action = SigAction(ctypes.cast(kept, ctypes.c_void_p).value, (ctypes.c_byte * 128)(), 4, None)
        libc.sigaction(SIGSYS, ctypes.byref(action), None)
    if case.get("user"):
        os.setuid(case["user"])
    if case.get("nnp", True):
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    installed = [install(each, case.get("flags", 0)) for each in case["filters"]]
    os.write(out, (json.dumps({"installed": installed}) + "\n").encode())
    if case.get("strict"):
        libc.prctl(PR_SET_SECCOMP, 1, 0, 0, 0)
    for nr, *args in case["calls"]:
        result = call(nr, args)
        os.write(out, (json.dumps({"call": result, "seen": seen}) + "\n").encode())
        seen.clear()
    libc.syscall(ctypes.c_long(SYS_EXIT), ctypes.c_long(7))


def run(case):
    source, target = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(source)
        try:
            child(case, target)
        finally:
            os._exit(99)
    os.close(target)
    text = b""
    while piece := os.read(source, 65536):
        text += piece
    os.close(source)
    _, status = os.waitpid(pid, 0)
    lines = [json.loads(line) for line in text.decode().splitlines()]
    return {
        "parent": os.getpid(),
        "installed": lines[0]["installed"] if lines else None,
        "calls": lines[1:],
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
    }


import resource

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
print(json.dumps([run(case) for case in json.load(sys.stdin)]))
