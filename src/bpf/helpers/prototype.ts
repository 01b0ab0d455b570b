import { HELPER_NAMES } from "../isa/helper-names.ts";
import { PROTOTYPE_TABLE } from "./prototype-table.ts";

/**
 * What an argument must be (`enum bpf_arg_type`).
 *
 * | kind | argument |
 * |---|---|
 * | any | anything that was set |
 * | context | the program's context |
 * | map | a map |
 * | key, value | memory as large as that map's keys or values |
 * | memory | memory as large as the next argument says, or of `bytes` bytes |
 * | size, size-or-zero | bytes of the memory before |
 * | allocation | a known number of bytes that will be reserved |
 * | record | what bpf_ringbuf_reserve gave |
 * | socket, socket-common, any-socket | a full socket; a socket; a socket also as BTF knows it |
 * | string | a constant string in a read-only map |
 * | stack | memory on the stack |
 * | function, lock, timer, dynptr, percpu, btf, kptr | as the names say |
 */
export type ArgumentKind =
  | "any"
  | "context"
  | "map"
  | "key"
  | "value"
  | "memory"
  | "size"
  | "size-or-zero"
  | "allocation"
  | "record"
  | "socket"
  | "socket-common"
  | "any-socket"
  | "string"
  | "stack"
  | "function"
  | "lock"
  | "timer"
  | "dynptr"
  | "percpu"
  | "btf"
  | "kptr";

export interface Argument {
  readonly kind: ArgumentKind;
  /**
   * What the helper does with memory: `in` reads it, `out` only writes it (it need not be set before), `write` reads and writes.
   */
  readonly access: "in" | "out" | "write";
  /** Null will do as well. */
  readonly orNull: boolean;
  /** The helper gives a reference back. */
  readonly release: boolean;
  /** Size of memory that always has the same, in bytes; 0 for other arguments. */
  readonly bytes: number;
  /** Memory must be aligned to `bytes`. */
  readonly aligned: boolean;
  /** Read-only memory will do (MEM_RDONLY). */
  readonly readOnly: boolean;
  /** The kernel's struct that a `btf` argument points to; "" for other arguments. */
  readonly struct: string;
}

/** What R0 is afterwards (`enum bpf_return_type`); `unsupported` for kernel objects that only BTF describes. */
export type ResultType =
  | "integer"
  | "void"
  | "value"
  | "value-or-null"
  | "socket-or-null"
  | "socket-common-or-null"
  | "tcp-socket-or-null"
  | "record-or-null"
  | "memory-or-null"
  | "exchanged"
  | "percpu"
  | "percpu-or-null"
  | `struct.${string}`
  | "unsupported";

/** A row of the table: number, result, arguments, properties. */
export type PrototypeRow =
  | readonly [number: number, result: ResultType, arguments: string]
  | readonly [number: number, result: ResultType, arguments: string, properties: string];

/** How a helper is called: what its implementation and the verifier both go by. */
export interface Prototype {
  readonly number: number;
  /** `bpf_map_lookup_elem` */
  readonly name: string;
  readonly result: ResultType;
  /** R1, R2, ... */
  readonly arguments: readonly Argument[];
  readonly gplOnly: boolean;
  /** Arguments may point into the packet. */
  readonly packetAccess: boolean;
  readonly changesPacket: boolean;
  readonly sleeps: boolean;
}

const PROTOTYPES: ReadonlyMap<number, Prototype> = new Map(
  PROTOTYPE_TABLE.map((row) => {
    const prototype = prototypeFrom(row);
    return [prototype.number, prototype] as const;
  }),
);

/** How the helper of that number is called; undefined for numbers that no program type here may call. */
export const prototypeOf = (number: number): Prototype | undefined => PROTOTYPES.get(number);

export function prototypeFrom([number, result, words, properties = ""]: PrototypeRow): Prototype {
  const has = new Set(properties.split(" "));
  return {
    number,
    name: HELPER_NAMES[number]!,
    result,
    arguments: words === "" ? [] : words.split(" ").map(argumentFrom),
    gplOnly: has.has("gpl"),
    packetAccess: has.has("packet"),
    changesPacket: has.has("changes-packet"),
    sleeps: has.has("sleeps"),
  };
}

function argumentFrom(word: string): Argument {
  const [place, ...properties] = word.split(":");
  const [kind, struct = ""] = place!.split(".");
  const has = new Set(properties);
  return {
    kind: kind as ArgumentKind,
    access: has.has("out") ? "out" : has.has("write") ? "write" : "in",
    orNull: has.has("or-null"),
    release: has.has("release"),
    bytes: Number(properties.find((property) => /^\d+$/.test(property)) ?? 0),
    aligned: has.has("aligned"),
    readOnly: has.has("in"),
    struct,
  };
}
