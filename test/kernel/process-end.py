"""Has filters kill processes that have a TCP connection, and prints the flags of what their side sends then.

Reads a JSON list of cases from standard input (see process-end-cases.ts); prints for each the segments within 80 ms of the
process's end but plain ACKs, and those within 80 ms of what the peer does next. Wants a network namespace of its own.
"""
import ctypes, json, os, select, socket, struct, subprocess, sys, time

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
GETPPID = 110
WAIT = 0.08


def kill_upon(number):
    """A filter that kills the process for one call."""
    code = struct.pack("HBBI" * 4, 0x20, 0, 0, 0, 0x15, 0, 1, number, 6, 0, 0, 0x80000000, 6, 0, 0, 0x7FFF0000)
    buffer = ctypes.create_string_buffer(code)
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(buffer)))
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0) == 0


def serve(listener, case, ready, go):
    connection, _ = listener.accept()
    kill_upon(GETPPID)
    if case["isRead"]:
        left = case["sent"]
        while left > 0:
            left -= len(connection.recv(left))
    os.write(ready, b".")
    os.read(go, 1)
    libc.syscall(GETPPID)
    os._exit(1)


def segments(wire, port, seconds):
    seen = []
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if not select.select([wire], [], [], left)[0]:
            break
        packet, (_, _, kind, _, _) = wire.recvfrom(65536)
        if kind != socket.PACKET_HOST or packet[9] != socket.IPPROTO_TCP:
            continue
        tcp = packet[(packet[0] & 15) * 4:]
        if struct.unpack("!H", tcp[:2])[0] == port:
            seen.append("".join(letter for bit, letter in ((1, "F"), (2, "S"), (4, "R"), (16, "A")) if tcp[13] & bit))
    return seen


def play(case):
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        serve(listener, case, ready[1], go[0])
    listener.close()
    client = socket.create_connection(("127.0.0.1", port))
    if case["sent"] > 0:
        client.sendall(bytes(case["sent"]))
    if case["isShut"]:
        client.shutdown(socket.SHUT_WR)
    os.read(ready[0], 1)
    time.sleep(WAIT)
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    wire.bind(("lo", 0x0800))
    os.write(go[1], b".")
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == 31, status
    at_once = [flags for flags in segments(wire, port, WAIT) if flags != "A"]
    if case["peer"] == "data":
        client.sendall(bytes(8))
    elif case["peer"] == "fin":
        client.shutdown(socket.SHUT_WR)
    later = segments(wire, port, WAIT)
    wire.close()
    client.close()
    return [at_once, later]


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
print(json.dumps([play(case) for case in json.load(sys.stdin)]))
