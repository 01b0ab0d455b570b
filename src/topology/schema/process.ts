import type { JsonSchema } from "../../json-schema.ts";
import { integer, list, mapping, named, ref } from "./shape.ts";

const value: JsonSchema = { type: "integer", description: "What the call gives." };
const errno: JsonSchema = {
  type: "string",
  pattern: "^E[A-Z0-9]+$",
  description: "Error that the call gives.",
  examples: ["EACCES"],
};

/** What a supervisor or a tracer does with a call: exactly one of these. */
const answer = (own: Readonly<Record<string, JsonSchema>>): JsonSchema =>
  mapping("answer", { continue: { const: true, description: "The call runs." }, value, ...own }, [], {
    minProperties: 1,
    maxProperties: 1,
  });

const CALL_NAME: JsonSchema = { type: "string", pattern: "^[a-z_0-9]+$", description: "the name of a system call" };

const text: JsonSchema = { type: "string", minLength: 1 };

const call: JsonSchema = {
  title: "system call",
  type: ["string", "object"],
  minLength: 1,
  properties: {
    call: { ...text, description: "The call.", examples: ['openat(AT_FDCWD, "/etc/passwd", O_RDONLY)'] },
    result: { type: "integer", description: "What it gives where it runs. Default 0." },
    count: integer(1, 1_000_000, "How often it is made, one after the other. Default 1."),
  },
  required: ["call"],
  additionalProperties: false,
};

/** What a process does for a socket. */
export const servesSchema: JsonSchema = list(
  call,
  "System calls that its process makes for every datagram, packet or segment with data that comes to it, up to one that fails.",
);

const descriptor: JsonSchema = {
  oneOf: [{ type: "integer", minimum: 0 }, { const: "lowest" }],
  examples: ["lowest"],
  description:
    "It puts a descriptor of its own into the process, which the call gives: its number, or the lowest free.",
};

/** A process of a host. */
export const processSchema: JsonSchema = mapping("process", {
  seccomp: {
    description: "Filters that it runs under: a program, or several in the order in which they are installed.",
    if: { type: "array" },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: { items: ref("program-reference") },
    else: ref("program-reference"),
  },
  calls: list(call, "System calls that it makes, one after the other, when the run begins."),
  replay: {
    ...text,
    description: "A trace whose calls it makes then: what strace prints, or an audit log. Beside the topology.",
    examples: ["nginx.strace"],
  },
  parent: {
    ...text,
    description: "Process of the host that it is forked from, whose filters it has before its own.",
    examples: ["master"],
  },
  dumpable: { type: "boolean", description: "PR_SET_DUMPABLE: a core file is written if it is killed. Default true." },
  sigsys: named(
    answer({ errno }),
    CALL_NAME,
    "It handles SIGSYS, and its handler has calls give this, by call; others give their number. Without it the signal ends it.",
  ),
  arch: {
    ...text,
    description: "Architecture whose calls it makes. Default x86_64.",
    examples: ["x86_64", "x86", "aarch64"],
  },
  "no-new-privs": {
    type: "boolean",
    description: "PR_SET_NO_NEW_PRIVS, or CAP_SYS_ADMIN: without it no filter is taken. Default true.",
  },
  strict: {
    type: "boolean",
    description:
      "It goes into strict mode before its calls, with its sockets open: read, write, exit and sigreturn are left, and SIGKILL for all others. Default false.",
  },
  pid: integer(
    1,
    4_194_304,
    "Its number, by which tracing programs know it. Default: from 1000 on, by the order of the file.",
  ),
  uid: integer(0, 0xffff_fffe, "User that it runs as. Default 0."),
  gid: integer(0, 0xffff_fffe, "Group that it runs as. Default 0."),
  comm: { ...text, description: "Name of its command, of which 15 characters count. Default: its name here." },
  threads: integer(
    1,
    1_000_000,
    "Threads that it has: KILL_THREAD ends one of them, and the process with the last. Default 1.",
  ),
  supervisor: named(
    answer({ errno, fd: descriptor }),
    CALL_NAME,
    "What the holder of the listener answers to USER_NOTIF, by call; others fail with EPERM.",
  ),
  tracer: named(
    answer({ call: { ...text, description: "The call is changed into this one." } }),
    CALL_NAME,
    "What a tracer does with calls that TRACE reports, by call; others go on.",
  ),
});
