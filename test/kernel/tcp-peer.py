"""Plays TCP segments to this kernel's TCP and prints its answers.

Reads a JSON object from standard input: {"scenarios": [{"opens": bytes or absent, "steps": [segment, ...]}, ...],
"filters": {port: return value}}. Each segment has the fields of the test's table; sequence numbers are relative: `seq`
to the peer's first one, `ack` to the kernel's. Prints for each scenario what came back within 80 ms of each segment, and
the bytes that the socket's reader got. Where `opens` is given, the kernel connects to this script first, sends so many
bytes, shuts its side down and reads to the end; what it sends for that comes before the first segment's answers.

Runs in a network namespace with a veth pair: far (this script's packet socket, no address) and near (10.0.0.2).
"""
import array, ctypes, json, select, socket, struct, sys, threading, time

ISS = 1000
FIRST_SPORT = 5000
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}
WAIT = 0.08


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(fields, sport, near, irs):
    options = bytes(fields.get("options", []))
    payload = bytes(i & 255 for i in range(fields.get("payload", 0)))
    flags = 0
    for letter in fields["flags"]:
        flags |= FLAGS[letter]
    header_length = fields.get("headerLength", 20 + len(options))
    seq = (ISS + fields.get("seq", 0)) & 0xFFFFFFFF
    ack = (irs + fields["ack"]) & 0xFFFFFFFF if "ack" in fields else 0

    def tcp(check):
        return struct.pack("!HHIIBBHHH", sport, fields.get("dport", near), seq, ack, header_length // 4 << 4, flags,
                           fields.get("window", 65535), check, 0) + options + payload

    source, destination = socket.inet_aton("10.0.0.1"), socket.inet_aton("10.0.0.2")
    pseudo = source + destination + struct.pack("!BBH", 0, 6, len(tcp(0)))
    check = checksum(pseudo + tcp(0))
    segment = tcp(check ^ 0x5555 if fields.get("badChecksum") else check)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 1, 0x4000, 64, 6, 0) + source + destination
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + segment


def read(frame):
    """The TCP segment in a frame: ports, and what the test compares."""
    if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[23] != 6:
        return None
    ip = frame[14:14 + struct.unpack("!H", frame[16:18])[0]]
    tcp = ip[(ip[0] & 15) * 4:]
    sport, dport, seq, ack, offset, flags, window = struct.unpack("!HHIIBBH", tcp[:16])
    header = (offset >> 4) * 4
    kinds, sack, at = [], [], 20
    while at < header and tcp[at] != 0:
        if tcp[at] == 1:
            at += 1
            continue
        kinds.append(tcp[at])
        if tcp[at] == 5:
            sack = list(struct.unpack("!%dI" % ((tcp[at + 1] - 2) // 4), tcp[at + 2:at + tcp[at + 1]]))
        at += tcp[at + 1]
    letters = "".join(letter for letter in "SFRPA" if flags & FLAGS[letter])
    return sport, dport, {"flags": letters, "seq": seq, "ack": ack, "window": window, "options": kinds, "sack": sack,
                   "length": len(tcp) - header}


def serve(port, received, returned):
    """Listens: reads everything, closes after the peer."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if returned is not None:
        program = struct.pack("HBBI", 6, 0, 0, returned)
        buffer = ctypes.create_string_buffer(program)
        fprog = struct.pack("HL", 1, ctypes.addressof(buffer))
        listener.setsockopt(socket.SOL_SOCKET, 26, fprog)
    listener.bind(("10.0.0.2", port))
    listener.listen(100)

    def talk(connection, sport):
        try:
            while True:
                data = connection.recv(65536)
                if not data:
                    break
                received.setdefault(sport, []).append(len(data))
        except OSError:
            pass
        connection.close()

    def accept():
        while True:
            connection, (_, sport) = listener.accept()
            threading.Thread(target=talk, args=(connection, sport), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def connect(port, count):
    """Opens a connection to the test, sends, and reads to the end."""

    def talk():
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            connection.connect(("10.0.0.1", port))
            if count:
                connection.sendall(bytes(i & 255 for i in range(count)))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except OSError:
            pass
        connection.close()

    threading.Thread(target=talk, daemon=True).start()


def main():
    task = json.load(sys.stdin)
    received = {}
    serve(80, received, None)
    for port, returned in task["filters"].items():
        serve(int(port), received, returned)
    far = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    far.bind(("far", 0))
    macs = [bytes.fromhex(open("/sys/class/net/%s/address" % name).read().strip().replace(":", "")) for name in ("near", "far")]
    runs = [
        {"sport": FIRST_SPORT + i, "near": 80, "irs": 0, "answers": [], "opens": scenario.get("opens"),
         "steps": ([None] if "opens" in scenario else []) + scenario["steps"]}
        for i, scenario in enumerate(task["scenarios"])
    ]
    # All scenarios run side by side, a step of each at a time, so that waiting is done once.
    for step in range(max(len(run["steps"]) for run in runs)):
        for run in runs:
            if step < len(run["steps"]):
                run["answers"].append([])
                fields = run["steps"][step]
                if fields is None:
                    connect(run["sport"], run["opens"])
                else:
                    far.send(macs[0] + macs[1] + b"\x08\x00" + packet(fields, run["sport"], run["near"], run["irs"]))
        end = time.monotonic() + WAIT
        while (left := end - time.monotonic()) > 0:
            if not select.select([far], [], [], left)[0]:
                continue
            frame, address = far.recvfrom(65536)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            found = read(frame)
            if found is None:
                continue
            near, port, answer = found
            run = runs[port - FIRST_SPORT] if FIRST_SPORT <= port < FIRST_SPORT + len(runs) else None
            if run is None:
                continue
            if "S" in answer["flags"] and run["irs"] == 0:
                run["irs"] = answer["seq"]
                run["near"] = near
            answer["seq"] = (answer["seq"] - run["irs"]) & 0xFFFFFFFF if answer["seq"] else 0
            answer["ack"] = (answer["ack"] - ISS) & 0xFFFFFFFF if "A" in answer["flags"] else 0
            answer["sack"] = [(edge - ISS) & 0xFFFFFFFF for edge in answer["sack"]]
            if step < len(run["steps"]):
                run["answers"][step].append(answer)
    print(json.dumps([{"answers": run["answers"], "received": sum(received.get(run["sport"], []))} for run in runs]))


main()
