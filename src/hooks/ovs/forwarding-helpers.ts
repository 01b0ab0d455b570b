import { type Prototype, type PrototypeRow, prototypeFrom } from "../../bpf/helpers/prototype.ts";
import { ERRNO } from "../../bpf/maps/errno.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import type { OvsContext, OwnHelpers } from "./ovs-context.ts";
import type { ForwardingSite } from "./site.ts";

/* Helpers of the contract of 2013, which Linux never had: numbers where it will not get to, names as they were. */

const OFFSET = "context any";
const ROWS: readonly (readonly [name: string, row: PrototypeRow])[] = [
  ["bpf_forward", [0x4f10, "void", OFFSET]],
  ["bpf_forward_self", [0x4f11, "void", OFFSET]],
  ["bpf_clone_forward", [0x4f12, "void", OFFSET]],
  ["bpf_channel_push_packet", [0x4f13, "void", "context"]],
  ["bpf_load_byte", [0x4f14, "integer", OFFSET]],
  ["bpf_load_half", [0x4f15, "integer", OFFSET]],
  ["bpf_load_word", [0x4f16, "integer", OFFSET]],
  ["bpf_load_dword", [0x4f17, "integer", OFFSET]],
  ["bpf_load_bits", [0x4f18, "integer", "context any memory:out size"]],
  ["bpf_store_byte", [0x4f19, "void", "context any any"]],
  ["bpf_store_half", [0x4f1a, "void", "context any any"]],
  ["bpf_store_word", [0x4f1b, "void", "context any any"]],
  ["bpf_store_dword", [0x4f1c, "void", "context any any"]],
  ["bpf_store_bits", [0x4f1d, "void", "context any memory:in size"]],
];

const PROTOTYPES: ReadonlyMap<number, Prototype> = new Map(
  ROWS.map(([name, row]) => [row[0], { ...prototypeFrom(row), name }]),
);

const NUMBERS = new Map(ROWS.map(([name, [number]]) => [name, number]));

/**
 * Loads and stores reach all of the packet, in the machine's byte order. Outside of it loads give 0 (bpf_load_bits: -EFAULT, and
 * touches nothing), and stores are nothing.
 */
function makeHelpers(running: OvsContext, memory: LinearMemory): ReadonlyMap<number, HostFunction> {
  const site = () => running.site as ForwardingSite;
  /** Address of so many bytes of the packet; 0: it does not have them all. */
  const place = (offset: number, length: number): number => {
    const { data, length: available } = running.inner.block;
    return (offset >>> 0) + length <= available ? data + (offset >>> 0) : 0;
  };
  const view = () => {
    const { bytes } = memory;
    return new DataView(bytes.buffer, bytes.byteOffset);
  };
  const load = (length: number) => (_context: number, offset: number) => {
    const at = place(offset, length);
    const { bytes } = memory;
    let value = 0;
    if (at !== 0) for (let i = length - 1; i >= 0; i--) value = (value << 8) | bytes[at + i]!;
    return value;
  };
  const store = (length: number) => (_context: number, offset: number, value: number) => {
    const at = place(offset, length);
    const { bytes } = memory;
    if (at !== 0) for (let i = 0; i < length; i++) bytes[at + i] = value >>> (8 * i);
  };
  const calls: Readonly<Record<string, Omit<HostFunction, "name">>> = {
    bpf_forward: {
      parameters: ["i32", "i32"],
      result: "none",
      call: (_context: number, port: number) => site().forward?.(port >>> 0),
    },
    bpf_forward_self: {
      parameters: ["i32", "i32"],
      result: "none",
      call: (_context: number, port: number) => site().forwardSelf?.(port >>> 0),
    },
    bpf_clone_forward: {
      parameters: ["i32", "i32"],
      result: "none",
      call: (_context: number, port: number) => {
        const { inner } = running;
        const { skb, host } = inner.block;
        if (site().mayClone?.(port >>> 0) !== true || host === undefined) return;
        const copy = host.copy(skb!);
        // What the program has written goes along.
        inner.flush(copy);
        site().cloneForward!(copy, port >>> 0);
      },
    },
    bpf_channel_push_packet: { parameters: ["i32"], result: "none", call: () => site().push?.() },
    bpf_load_byte: { parameters: ["i32", "i32"], result: "unsigned", call: load(1) },
    bpf_load_half: { parameters: ["i32", "i32"], result: "unsigned", call: load(2) },
    bpf_load_word: { parameters: ["i32", "i32"], result: "unsigned", call: load(4) },
    bpf_load_dword: {
      parameters: ["i32", "i32"],
      result: "i64",
      call: (_context: number, offset: number) => {
        const at = place(offset, 8);
        return at === 0 ? 0n : view().getBigUint64(at, true);
      },
    },
    bpf_load_bits: {
      parameters: ["i32", "i32", "i32", "i32"],
      result: "signed",
      call: (_context: number, offset: number, to: number, length: number) => {
        const at = place(offset, length);
        if (at === 0) return -ERRNO.EFAULT;
        memory.bytes.copyWithin(to >>> 0, at, at + length);
        return 0;
      },
    },
    bpf_store_byte: { parameters: ["i32", "i32", "i32"], result: "none", call: store(1) },
    bpf_store_half: { parameters: ["i32", "i32", "i32"], result: "none", call: store(2) },
    bpf_store_word: { parameters: ["i32", "i32", "i32"], result: "none", call: store(4) },
    bpf_store_dword: {
      parameters: ["i32", "i32", "i64"],
      result: "none",
      call: (_context: number, offset: number, value: bigint) => {
        const at = place(offset, 8);
        if (at !== 0) view().setBigInt64(at, value, true);
      },
    },
    bpf_store_bits: {
      parameters: ["i32", "i32", "i32", "i32"],
      result: "none",
      call: (_context: number, offset: number, from: number, length: number) => {
        const at = place(offset, length);
        if (at !== 0) memory.bytes.copyWithin(at, from >>> 0, (from >>> 0) + length);
      },
    },
  };
  return new Map(Object.entries(calls).map(([name, call]) => [NUMBERS.get(name)!, { name, ...call }]));
}

export const FORWARDING_HELPERS: OwnHelpers = { prototypes: PROTOTYPES, make: makeHelpers };
