import type { JsonSchema } from "../json-schema.ts";
import { flag, listOf, nullable, number, object, string, strings, word } from "./result-shape.ts";
import { SWITCH } from "./switch-result.ts";

const CALLS = listOf(
  object("A system call.", {
    call: string("As it was made.", 'openat(AT_FDCWD, "/etc/passwd", O_RDONLY)'),
    nr: number("Its number.", 257),
    args: strings("Its arguments in hexadecimal.", "0xffffff9c"),
    answer: nullable(string("What the filters say; null: the process was dead already.", "ERRNO(1)")),
    outcome: word("What becomes of it.", ["runs", "returns", "fails", "signal", "killed", "not made"]),
    "times?": number("How often it was made. Absent: once.", 10),
    "ran?": string("The call that ran. Absent: it did not run.", "getuid()"),
    "value?": string(
      "What it gave, in decimal; after a handled signal, what the handler left. Absent: it gave nothing.",
      "0",
    ),
    "errno?": string("The error that it failed with. Absent: it did not.", "EPERM"),
    "signal?": string("The signal that was sent. Absent: none.", "SIGSYS"),
    "siginfo?": object("What a SIGSYS said. Absent: there was none.", {
      syscall: number("si_syscall.", 257),
      arch: string("si_arch, by its name.", "x86_64"),
      errno: number("si_errno: the data of TRAP.", 7),
    }),
    "logged?": flag("It was logged. Absent: it was not."),
    "coreDump?": flag("There was a core dump. Absent: there was none."),
  }),
  "Its calls, in order.",
);

const REPLAY = object("What became of the trace that it replayed. Absent: it replays none.", {
  file: string("Its path, as in the topology.", "nginx.strace"),
  calls: number("Calls that were made.", 5_000),
  ran: number("Of these, those that ran.", 4_990),
  refused: number("Of these, those that did not.", 10),
  undecided: number("Of these, those that hang on what the trace does not tell."),
  notMade: number("Calls after the one that ended the process."),
  unreadLines: number("Lines that were not understood."),
  outcomes: listOf(
    object("Calls of one name with one answer.", {
      call: string("Their name.", "openat"),
      architecture: string("Whose calls they are.", "x86_64"),
      answer: nullable(string("What the filters say; null: the trace does not tell enough.", "ERRNO(1)")),
      outcome: word("What becomes of them.", ["runs", "returns", "fails", "signal", "killed", "not made", "undecided"]),
      "value?": string("What they give, in decimal. Absent: nothing, or they run.", "0"),
      "errno?": string("The error that they fail with. Absent: they do not.", "EPERM"),
      times: number("How many there were.", 10),
      line: number("Line of the first one.", 17),
    }),
    "Its calls, by name and answer.",
  ),
});

const PROCESS = object("A process under its filters.", {
  name: string("Its name.", "nginx"),
  architecture: string("Whose calls it makes.", "x86_64"),
  filters: strings("Names of its filters, the oldest first.", "sandbox"),
  sockets: listOf(
    object("A socket.", {
      name: string("Its name.", "web"),
      open: flag("Whether it is open; else no packet reaches it."),
      calls: CALLS,
      "serves?": { ...CALLS, description: "Calls made for what came to it. Absent: it makes none." },
    }),
    "Sockets of the node that it opens.",
  ),
  calls: CALLS,
  "replay?": REPLAY,
  ended: nullable(
    string(
      "The signal that ended or stopped it, the `exit` or `exit_group` that it called, or `thread killed`; null: it lives.",
      "SIGSYS",
    ),
  ),
});

const QUEUE = {
  packets: number("Packets that left.", 36),
  bytes: number("Their bytes.", 15_520),
  dropped: number("Packets that were dropped."),
  overlimits: number("How often it had to wait."),
  requeues: number("How often the device was busy, so that a packet went back."),
  queued: number("Packets in it at the end."),
  queuedBytes: number("Their bytes."),
};

const INTERFACE = object("An interface.", {
  name: string("Its name.", "eth0"),
  mac: string("Its MAC address.", "02:00:00:00:00:01"),
  addresses: strings("Its addresses with their prefix lengths.", "10.0.0.1/24"),
  sent: number("Packets sent.", 36),
  sentBytes: number("Bytes sent.", 15_520),
  received: number("Packets received.", 26),
  receivedBytes: number("Bytes received.", 1_860),
  "qdisc?": object("Where what goes out queues. Absent: it does not.", {
    kind: string("Its kind.", "htb"),
    handle: string("As tc writes it.", "1:"),
    ...QUEUE,
    classes: listOf(object("A class.", { classid: string("As tc writes it.", "1:10"), ...QUEUE }), "Its classes."),
  }),
});

const SOCKET = object("A socket.", {
  name: string("Its name.", "sniffer"),
  kind: string("Its kind.", "packet"),
  bound: string("What it is bound to, for people.", "all protocols on eth0"),
  programs: strings("Names of its programs.", "ssh-only"),
  seen: number("Packets that came to it.", 62),
  received: number("Packets that it received.", 24),
  receivedBytes: number("Their bytes.", 4_632),
  trimmed: number("Packets that a filter shortened, which were received too."),
  dropped: number("Packets that a filter kept out.", 38),
  "served?": number("Packets that its process could serve. Absent: it makes no calls for them.", 24),
});

/** A node's part of the result. */
export const NODE: JsonSchema = object("A node.", {
  name: string("Its name.", "server"),
  kind: string("Its kind.", "host"),
  interfaces: listOf(INTERFACE, "Its interfaces."),
  sockets: listOf(SOCKET, "Its sockets."),
  "processes?": listOf(PROCESS, "Its processes. Absent: it has none."),
  "switch?": SWITCH,
  "learnt?": listOf(
    object("An address.", {
      address: string("The MAC address.", "02:00:00:00:00:01"),
      port: string("Where it was last seen.", "p1"),
    }),
    "What a bridge or Open vSwitch has learnt. Absent: it does not learn.",
  ),
});
