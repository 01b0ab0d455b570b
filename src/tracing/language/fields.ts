import { contextField } from "./builtins.ts";
import type { CodeParts } from "./code-parts.ts";
import { type Operand, signed } from "./emitter.ts";
import { nearHint } from "./hints.ts";
import { readNumber, readText } from "./memory.ts";
import { number } from "./number.ts";
import { structField, structFields, structName, structNamed } from "./structs.ts";
import type { Expression } from "./syntax-tree.ts";
import { pointerTo } from "./types.ts";

export const isArgs = (node: Expression): boolean => node.kind === "name" && node.name === "args";

/** A field of `args`, or of what a pointer to a structure points at. */
export function field(parts: CodeParts, node: Expression & { kind: "field" }): Operand {
  if (isArgs(node.of)) return contextField(parts, node.name, node.nameSpan);
  const pointer = number(parts, node.of);
  const struct = pointer.type.kind === "int" ? pointer.type.struct : undefined;
  // A map of which nothing is known yet: the whole is gone through again.
  if (struct === undefined && "constant" in pointer && node.of.kind === "map" && !parts.maps.isComplete) return pointer;
  if (struct === undefined)
    parts.source.fail(
      node,
      "Only `args` and pointers to structures have fields.",
      "Say what it points at: `((struct sk_buff *)arg0)->len`.",
    );
  const found = structField(struct, node.name);
  if (found === undefined)
    parts.source.fail(
      node.nameSpan,
      `struct ${structName(struct)} has no field '${node.name}' here.`,
      nearHint(node.name, structFields(struct)),
    );
  const { offset, size, kind, bits } = found;
  const { emitter } = parts;
  switch (kind) {
    case "struct":
      // What is inside of it is read when it is asked for.
      emitter.load("r1", pointer);
      emitter.emit(`r1 += ${offset}`);
      return emitter.keep(pointerTo(found.struct!), node, "r1");
    case "array":
      return parts.source.fail(
        node.nameSpan,
        `'${node.name}' is an array of ${size} bytes, which is no value.`,
        "Read bytes where a pointer points: `buf(pointer, 6)`.",
      );
    case "text":
      return readText(parts, pointer, offset, node);
    default: {
      const read = readNumber(parts, pointer, offset, size, kind === "signed", node);
      if (bits !== undefined && "at" in read) {
        const [from, count] = bits;
        emitter.load("r1", read);
        emitter.emit(`r1 <<= ${64 - from - count}`, `r1 >>= ${64 - count}`, `*(u64 *)(r10 ${signed(read.at)}) = r1`);
      }
      return found.struct === undefined ? read : { ...read, type: pointerTo(found.struct) };
    }
  }
}

/** The struct that a cast or a question for its size names. */
export function structOf(parts: CodeParts, node: Expression & { kind: "cast" | "sizeof" }): number {
  const struct = structNamed(node.type);
  if (struct === undefined)
    parts.source.fail(node, `Nothing is known of struct ${node.type}.`, nearHint(node.type, KNOWN));
  return struct;
}

/** Structs that programs are most often after. */
const KNOWN = [
  "sk_buff",
  "net_device",
  "sock",
  "inet_sock",
  "tcp_sock",
  "task_struct",
  "iphdr",
  "ipv6hdr",
  "tcphdr",
  "udphdr",
];
