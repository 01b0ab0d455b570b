import { parametersOf } from "../../events/functions.ts";
import type { CodeParts } from "./code-parts.ts";
import { type Operand, signed } from "./emitter.ts";
import { nearHint } from "./hints.ts";
import { ofLater } from "./later.ts";
import type { Span } from "./source.ts";
import { structNamed, structOfArgument } from "./structs.ts";
import { INT, integerOf, pointerTo, roomFor, TEXT_BYTES, type TraceType, UNSIGNED } from "./types.ts";

const BUILTINS = [
  "pid",
  "tid",
  "uid",
  "gid",
  "comm",
  "nsecs",
  "elapsed",
  "cpu",
  "rand",
  "args",
  "arg0",
  "arg1",
  "arg2",
  "arg3",
  "arg4",
  "arg5",
  "retval",
  "func",
  "probe",
  "kstack",
  "curtask",
  "numaid",
  "jiffies",
];
/** What other tracers have, and the simulation has not. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ustack: "User code is not simulated, so that it has no stacks.",
  usym: "User code is not simulated.",
  cpid: "The simulation starts no command of its own.",
  cgroup: "Control groups of processes are not simulated.",
  username: "Users have numbers only: `uid`.",
  ctx: "The context itself is no value; its fields are `args`.",
};
const COMM_BYTES = 16;
/** Offsets of arg0 to arg5 in struct pt_regs, and of the result. */
const REGISTERS = [112, 104, 96, 88, 72, 64];
const RESULT = 80;
const AF_INET6 = 10;
/** Where the address is in struct sockaddr_in and in struct sockaddr_in6. */
const [IN_ADDRESS, IN6_ADDRESS] = [4, 8];

/** A word that stands for something of the probe. */
export function builtinValue(parts: CodeParts, name: string, span: Span): Operand {
  const { emitter, source, scene, maps } = parts;
  const called = (helper: string, type: TraceType, ...after: string[]): Operand => {
    emitter.emit(`call ${helper}`, ...after);
    return emitter.keep(type, span);
  };
  switch (name) {
    case "pid":
      return called("bpf_get_current_pid_tgid", UNSIGNED, "r0 >>= 32");
    case "tid":
      return called("bpf_get_current_pid_tgid", UNSIGNED, "r0 <<= 32", "r0 >>= 32");
    case "uid":
      return called("bpf_get_current_uid_gid", UNSIGNED, "r0 <<= 32", "r0 >>= 32");
    case "gid":
      return called("bpf_get_current_uid_gid", UNSIGNED, "r0 >>= 32");
    case "nsecs":
    case "elapsed":
      return called("bpf_ktime_get_ns", UNSIGNED);
    case "cpu":
      return called("bpf_get_smp_processor_id", UNSIGNED);
    case "numaid":
      return called("bpf_get_numa_node_id", UNSIGNED);
    case "rand":
      return called("bpf_get_prandom_u32", UNSIGNED);
    case "jiffies":
      return called("bpf_jiffies64", UNSIGNED);
    case "curtask":
      return called("bpf_get_current_task", pointerTo(structNamed("task_struct")!));
    case "comm": {
      const at = emitter.allocate(COMM_BYTES, span);
      emitter.address("r1", at);
      emitter.emit(`r2 = ${COMM_BYTES}`, "call bpf_get_current_comm");
      return { type: { kind: "string", size: COMM_BYTES }, at };
    }
    case "kstack":
      maps.usesStacks = true;
      emitter.emit("r1 = r9", `r2 = map[${maps.stacks}] ll`, "r3 = 0", "call bpf_get_stackid");
      return emitter.keep({ kind: "stack" }, span);
    case "probe":
      return text(parts, scene.name, span);
    case "func":
      return functionName(parts, span);
    case "retval":
      return result(parts, span);
    case "args":
      return source.fail(span, "`args` has no value of its own.", "Name a field: `args.count`.");
  }
  const argument = /^arg([0-5])$/.exec(name);
  if (argument !== null) return registerOf(parts, Number(argument[1]), span);
  const elsewhere = ELSEWHERE[name] ?? ofLater(name);
  if (elsewhere !== undefined) source.fail(span, `There is no '${name}' here. ${elsewhere}`);
  return source.fail(span, `There is nothing called '${name}'.`, nearHint(name, BUILTINS));
}

function text({ emitter }: CodeParts, content: string, span: Span): Operand {
  const size = roomFor(Math.min(content.length, TEXT_BYTES - 1));
  return { type: { kind: "string", size }, at: emitter.text(content, size, span) };
}

function functionName(parts: CodeParts, span: Span): Operand {
  const { scene, emitter, source } = parts;
  if (scene.fn !== undefined) return text(parts, scene.fn.name, span);
  if (scene.provider !== "kprobe" && scene.provider !== "kretprobe")
    source.fail(span, `\`func\` is for probes of functions; this is ${scene.name}.`);
  emitter.emit("r1 = r9", "call bpf_get_func_ip");
  return emitter.keep({ kind: "symbol" }, span);
}

function result(parts: CodeParts, span: Span): Operand {
  const { scene, emitter, source } = parts;
  if (scene.provider !== "kretprobe" && scene.provider !== "fexit")
    source.fail(span, `\`retval\` is for kretprobe and fexit; this is ${scene.name}.`);
  const offset = scene.provider === "fexit" ? 8 * parametersOf(scene.fn!.name).length : RESULT;
  emitter.emit(`r0 = *(u64 *)(r9 + ${offset})`);
  return emitter.keep(scene.provider === "fexit" ? INT : UNSIGNED, span);
}

function registerOf({ scene, emitter, source }: CodeParts, index: number, span: Span): Operand {
  if (scene.provider === "rawtracepoint") emitter.emit(`r0 = *(u64 *)(r9 + ${8 * index})`);
  else if (scene.provider === "kprobe") emitter.emit(`r0 = *(u64 *)(r9 + ${REGISTERS[index]!})`);
  else
    source.fail(
      span,
      `\`arg${index}\` is for kprobe and rawtracepoint; this is ${scene.name}.`,
      scene.format === undefined ? undefined : "Tracepoints have `args`.",
    );
  return emitter.keep(UNSIGNED, span);
}

/** A field of an event, or an argument of a function at fentry. @param index of an array. */
export function contextField(parts: CodeParts, name: string, span: Span, index?: number): Operand {
  const { scene, emitter } = parts;
  if (scene.fn !== undefined) {
    const parameters = parametersOf(scene.fn.name);
    const at = parameters.indexOf(name);
    if (at < 0) parts.source.fail(span, `${scene.fn.name} has no argument '${name}'.`, nearHint(name, parameters));
    emitter.emit(`r0 = *(u64 *)(r9 + ${8 * at})`);
    const struct = structOfArgument(scene.fn.name, at);
    return emitter.keep(struct === undefined ? UNSIGNED : pointerTo(struct), span);
  }
  if (scene.format === undefined)
    parts.source.fail(span, `\`args\` is for tracepoints, fentry and fexit; this is ${scene.name}.`);
  const { fields } = scene.format;
  const field = fields.find((one) => one.name === name);
  if (field === undefined)
    parts.source.fail(
      span,
      `${scene.name.replace(/^tracepoint:/, "")} has no field '${name}'.`,
      nearHint(
        name,
        fields.map((one) => one.name),
      ),
    );
  const { offset, size, kind, declaration } = field;
  if (kind === "text") {
    const at = emitter.allocate(TEXT_BYTES, span);
    emitter.zero(at, TEXT_BYTES);
    emitter.emit(`r3 = *(u32 *)(r9 + ${offset})`, "r3 &= 0xffff", "r1 = r9", "r3 += r1");
    emitter.address("r1", at);
    emitter.emit(`r2 = ${TEXT_BYTES}`, "call bpf_probe_read_kernel_str");
    return { type: { kind: "string", size: TEXT_BYTES }, at };
  }
  if (kind === "bytes" && declaration.startsWith("unsigned long")) {
    if (index === undefined || index * 8 >= size)
      parts.source.fail(span, `'${name}' has ${size / 8} elements.`, `Name one: \`args.${name}[0]\`.`);
    emitter.emit(`r0 = *(u64 *)(r9 + ${offset + 8 * index})`);
    return emitter.keep(UNSIGNED, span);
  }
  if (index !== undefined) parts.source.fail(span, `'${name}' has no elements that are numbers.`);
  if (kind === "bytes") return bytesField(parts, offset, size, declaration, span);
  emitter.emit(`r0 = *(u${8 * size} *)(r9 + ${offset})`);
  if (field.signed && size < 8) emitter.emit(`r0 <<= ${64 - 8 * size}`, `r0 s>>= ${64 - 8 * size}`);
  return emitter.keep(integerOf(size, field.signed), span);
}

/** Texts of a fixed length, and addresses. */
function bytesField(parts: CodeParts, offset: number, size: number, declaration: string, span: Span): Operand {
  const { emitter, source } = parts;
  const isText = declaration.startsWith("char");
  const isAddress = size === 4 || size === 16;
  const isSockaddr = size === 28;
  if (!isText && !isAddress && !isSockaddr) source.fail(span, `A field of ${size} bytes is no value.`);
  const room = isText ? size : 24;
  const at = emitter.allocate(room, span);
  emitter.zero(at, room);
  const read = (from: number, bytes: number) => {
    emitter.emit("r3 = r9", `r3 += ${from}`);
    emitter.address("r1", isText ? at : at + 8);
    emitter.emit(`r2 = ${bytes}`, "call bpf_probe_read_kernel");
    if (!isText) emitter.emit(`*(u64 *)(r10 ${signed(at)}) = ${bytes}`);
  };
  if (!isSockaddr) read(offset, size);
  else {
    const [six, end] = [emitter.label("six"), emitter.label("address")];
    emitter.emit(`r1 = *(u16 *)(r9 + ${offset})`, `if r1 == ${AF_INET6} goto ${six}`);
    read(offset + IN_ADDRESS, 4);
    emitter.emit(`goto ${end}`);
    emitter.place(six);
    read(offset + IN6_ADDRESS, 16);
    emitter.place(end);
  }
  return { type: isText ? { kind: "string", size } : { kind: "address" }, at };
}
