import { builtinValue } from "./builtins.ts";
import type { CodeParts } from "./code-parts.ts";
import { type Operand, signed } from "./emitter.ts";
import { nearHint } from "./hints.ts";
import { ofLater } from "./later.ts";
import { readText } from "./memory.ts";
import { number } from "./number.ts";
import type { Expression } from "./syntax-tree.ts";
import { compareFirst, contains } from "./text-search.ts";
import {
  AGGREGATE_CALLS,
  INTEGERS,
  nameOfType,
  roomFor,
  sizeOfType,
  TEXT_BYTES,
  type TraceType,
  UNSIGNED,
} from "./types.ts";

type Call = Expression & { kind: "call" };

/** What a function takes at least and at most, in words, and the value that it gives. */
interface TraceFunction {
  readonly takes: readonly [least: number, most: number, what: string];
  give(parts: CodeParts, call: Call, first: Expression, ...rest: readonly Expression[]): Operand;
}

const FUNCTIONS: Readonly<Record<string, TraceFunction>> = {
  str: { takes: [1, 2, "a pointer to a text, and how many bytes of it"], give: text },
  ntop: { takes: [1, 2, "an address, or a family and an address"], give: address },
  ksym: {
    takes: [1, 1, "an address of code"],
    give: (parts, _, first) => ({ ...number(parts, first), type: { kind: "symbol" } }),
  },
  kstack: { takes: [0, 2, "`bpftrace` or `perf`, and how many functions"], give: stack },
  bswap: { takes: [1, 1, "a number"], give: swap },
  strncmp: { takes: [3, 3, "two texts and how many bytes to compare"], give: compareFirst },
  strcontains: { takes: [2, 2, "a text, and what it may contain"], give: contains },
  buf: { takes: [1, 2, "a pointer, and how many bytes"], give: buffer },
  strftime: { takes: [2, 2, "a format and nanoseconds"], give: date },
  nsecs: { takes: [0, 1, "`monotonic`, `boot`, `tai` or `sw_tai`"], give: clock },
  reg: { takes: [1, 1, "the name of a register"], give: register },
};

/** What needs more than a simulated kernel, or reads what none of the simulation's events has. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ustack: "User code is not simulated, so that it has no stacks.",
  usym: "User code is not simulated.",
  uaddr: "User code is not simulated.",
  uptr: "Write `str(args.FIELD)` for what a system call is given.",
  kptr: "Addresses of the kernel need no mark: write the address itself.",
  kaddr: "Functions have addresses here only where they run: `kstack`, `args.location`.",
  cgroupid: "Control groups of processes are not simulated.",
  cgroup_path: "Control groups of processes are not simulated.",
  macaddr: "Read the bytes of the frame: `buf(((struct sk_buff *)arg0)->head, 12)`.",
  path: "The simulation has no files.",
  kstr: "Write `str(pointer)`.",
  sizeof: "It takes a type: `sizeof(uint32)`, `sizeof(struct sk_buff)`.",
};

/** True where a name is one of those whose value can be used. */
export const isFunction = (name: string): boolean =>
  FUNCTIONS[name] !== undefined ||
  ELSEWHERE[name] !== undefined ||
  ofLater(name) !== undefined ||
  AGGREGATE_CALLS.includes(name);

/** The value of a function. */
export function functionValue(parts: CodeParts, node: Call): Operand {
  const { source } = parts;
  const found = FUNCTIONS[node.name];
  if (found !== undefined) {
    const [least, most, what] = found.takes;
    if (node.args.length < least || node.args.length > most) source.fail(node, `${node.name}() takes ${what}.`);
    const [first, ...rest] = node.args;
    return found.give(parts, node, first!, ...rest);
  }
  const elsewhere = ELSEWHERE[node.name] ?? ofLater(node.name);
  if (elsewhere !== undefined) source.fail(node, `There is no ${node.name}() here. ${elsewhere}`);
  if (AGGREGATE_CALLS.includes(node.name))
    source.fail(node, `${node.name}() can only be assigned to a map.`, `Write \`@name = ${node.name}(...)\`.`);
  return source.fail(
    node,
    `There is no function '${node.name}' here.`,
    nearHint(node.name, [...Object.keys(FUNCTIONS), ...AGGREGATE_CALLS]),
  );
}

/** How many bytes a call asks for, its zero included. */
function lengthOf(parts: CodeParts, node: Expression | undefined, most: number): number {
  if (node === undefined) return most;
  if (node.kind !== "number") return parts.source.fail(node, "A number that is known is expected.");
  return Math.min(Number(node.value), most);
}

function text(parts: CodeParts, node: Call, first: Expression, length?: Expression): Operand {
  const { emitter, source } = parts;
  const size = roomFor(Math.max(0, lengthOf(parts, length, TEXT_BYTES) - 1));
  if (first.kind === "positional" && first.number > 0) {
    const given = parts.positional[first.number - 1] ?? "";
    return { type: { kind: "string", size: TEXT_BYTES }, at: emitter.text(given, TEXT_BYTES, first) };
  }
  const pointer = parts.evaluate(first);
  if (pointer.type.kind === "string" && first.kind === "text")
    source.fail(node, "str() takes a pointer, and this is a text already.");
  // Texts of events are texts, whatever their format calls them.
  if (pointer.type.kind === "string") return pointer;
  return readText(parts, number(parts, first), 0, node, size);
}

const [AF_INET, AF_INET6] = [2n, 10n];

function address(parts: CodeParts, node: Call, first: Expression, second?: Expression): Operand {
  const { emitter, source } = parts;
  const given = second ?? first;
  const found = parts.evaluate(given);
  if (found.type.kind === "address") return found;
  if (found.type.kind !== "int")
    source.fail(given, `ntop() takes a number, or an address, not ${nameOfType(found.type)}.`);
  const isSix = second !== undefined && first.kind === "number" && first.value === AF_INET6;
  if (second !== undefined && first.kind === "number" && first.value !== AF_INET && !isSix)
    source.fail(first, "The families are 2 for IPv4 and 10 for IPv6.");
  const at = emitter.allocate(24, node);
  emitter.zero(at, 24);
  emitter.load("r1", found);
  emitter.emit(`*(u32 *)(r10 ${signed(at + 8)}) = r1`, `*(u64 *)(r10 ${signed(at)}) = ${isSix ? 16 : 4}`);
  return { type: { kind: "address" }, at };
}

/** Helpers by the clocks that they ask. */
const CLOCKS: Readonly<Record<string, string>> = {
  monotonic: "bpf_ktime_get_ns",
  boot: "bpf_ktime_get_boot_ns",
  tai: "bpf_ktime_get_tai_ns",
  sw_tai: "bpf_ktime_get_tai_ns",
};

function clock(parts: CodeParts, node: Call, first?: Expression): Operand {
  const helper = CLOCKS[first === undefined ? "monotonic" : first.kind === "name" ? first.name : ""];
  if (helper === undefined) parts.source.fail(first!, "nsecs() takes `monotonic`, `boot`, `tai` or `sw_tai`.");
  parts.emitter.emit(`call ${helper}`);
  return parts.emitter.keep(UNSIGNED, node);
}

const MODES = ["bpftrace", "perf"];

function stack(parts: CodeParts, node: Call, ...given: readonly (Expression | undefined)[]): Operand {
  const { source } = parts;
  let limit: number | undefined;
  let perf = false;
  for (const one of given.filter((it) => it !== undefined)) {
    if (one.kind === "number" && one.value > 0n && limit === undefined) limit = Number(one.value);
    else if (one.kind === "name" && MODES.includes(one.name)) perf = one.name === "perf";
    else source.fail(one, "kstack() takes `bpftrace` or `perf`, and how many functions.");
  }
  const { type: _, ...operand } = builtinValue(parts, "kstack", node);
  const type: TraceType = {
    kind: "stack",
    ...(limit !== undefined && { limit }),
    ...(perf && { perf: true as const }),
  };
  return { ...operand, type } as Operand;
}

/** Turns the bytes of a number around: as many as its type has. */
function swap(parts: CodeParts, node: Call, first: Expression): Operand {
  const { emitter } = parts;
  const of = number(parts, first);
  const bytes = of.type.kind === "int" ? (of.type.bytes ?? 8) : 8;
  emitter.load("r1", of);
  if (bytes > 1) emitter.emit(`r1 = bswap${8 * bytes} r1`);
  return emitter.keep(INTEGERS[`uint${8 * bytes}`] ?? UNSIGNED, node, "r1");
}

function buffer(parts: CodeParts, node: Call, first: Expression, length?: Expression): Operand {
  const { emitter, source } = parts;
  const of = parts.evaluate(first);
  const isText = of.type.kind === "string";
  if (length === undefined && !isText) source.fail(node, "buf() takes a pointer, and how many bytes.");
  const size = lengthOf(parts, length, isText && length === undefined ? sizeOfType(of.type) : TEXT_BYTES);
  if (size < 1) source.fail(node, "A buffer has at least one byte.");
  const type: TraceType = { kind: "bytes", size };
  const at = emitter.allocate(sizeOfType(type), node);
  emitter.zero(at, sizeOfType(type));
  emitter.emit(`*(u64 *)(r10 ${signed(at)}) = ${size}`);
  if (isText && "at" in of) emitter.emit("r3 = r10", `r3 += ${of.at}`);
  else emitter.load("r3", number(parts, first));
  emitter.address("r1", at + 8);
  const most = isText ? Math.min(size, sizeOfType(of.type)) : size;
  emitter.emit(`r2 = ${most}`, "call bpf_probe_read_kernel");
  return { type, at };
}

function date(parts: CodeParts, _: Call, format: Expression, nanoseconds?: Expression): Operand {
  if (format.kind !== "text") return parts.source.fail(format, 'strftime() begins with its format: `"%H:%M:%S"`.');
  return { ...number(parts, nanoseconds!), type: { kind: "time", format: format.text } };
}

/** Offsets in struct pt_regs of x86-64. */
const REGISTERS: Readonly<Record<string, number>> = {
  di: 112,
  si: 104,
  dx: 96,
  cx: 88,
  r8: 72,
  r9: 64,
  ax: 80,
  ip: 128,
};

function register(parts: CodeParts, node: Call, name: Expression): Operand {
  const { emitter, source, scene } = parts;
  if (scene.provider !== "kprobe" && scene.provider !== "kretprobe")
    source.fail(node, `reg() is for kprobe and kretprobe; this is ${scene.name}.`);
  const offset = name.kind === "text" ? REGISTERS[name.text] : undefined;
  if (offset === undefined)
    return source.fail(
      name,
      "This is no register that the simulation fills.",
      `There are ${Object.keys(REGISTERS).join(", ")}.`,
    );
  emitter.emit(`r0 = *(u64 *)(r9 + ${offset})`);
  return emitter.keep(UNSIGNED, node);
}
