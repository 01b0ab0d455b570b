import { expect } from "vitest";
import { LinearMemory } from "../../../src/bpf/vm/memory.ts";
import { extractHeaders, extractMetadata } from "../../../src/network/ovs/flow/extract.ts";
import { readField, wantField, writeField } from "../../../src/network/ovs/flow/field-value.ts";
import { fieldNamed } from "../../../src/network/ovs/flow/fields.ts";
import { blankKey } from "../../../src/network/ovs/flow/layout.ts";
import { encodePacket } from "../../../src/packet/describe/encode.ts";
import { parseDescription } from "../../../src/packet/describe/parse.ts";
import type { Skb } from "../../../src/packet/skb.ts";
import { SkbPool } from "../../../src/packet/skb-pool.ts";
import { DEFAULTS } from "../../packet/describe/cases.ts";

/** Bytes of a frame in the notation of topology files. */
export function described(have: unknown): Uint8Array {
  const { description, problems } = parseDescription(have as Record<string, unknown>);
  expect(problems).toEqual([]);
  return encodePacket(description!, DEFAULTS).bytes;
}

/** A pool of packets on memory of its own. */
export function newPool(): SkbPool {
  return new SkbPool(new LinearMemory());
}

export function skbOf(pool: SkbPool, frame: Uint8Array): Skb {
  return pool.from(frame, 0, frame.length);
}

/** The frame as it would go out: a tag in the metadata in its place. */
export function frameOf(pool: SkbPool, skb: Skb): Uint8Array {
  const bytes = pool.store.bytes.slice(skb.data, skb.data + skb.length);
  if (skb.vlanPresent === 0) return bytes;
  const tag = [skb.vlanTpid >> 8, skb.vlanTpid & 255, skb.vlanTci >> 8, skb.vlanTci & 255];
  return Uint8Array.from([...bytes.subarray(0, 12), ...tag, ...bytes.subarray(12)]);
}

/** The key of a packet that came in by port 1; undefined where it is to be dropped. */
export function keyOf(pool: SkbPool, skb: Skb, vlanLimit: 1 | 2 = 1): Uint8Array | undefined {
  const key = blankKey();
  extractMetadata(skb, 1, key);
  return extractHeaders(pool.store.bytes, skb, key, vlanLimit) ? key : undefined;
}

/** The value of a field, in hexadecimal where it is long. */
export function get(key: Uint8Array, name: string): number | string {
  const value = readField(key, fieldNamed(name)!);
  return value < 2n ** 32n ? Number(value) : value.toString(16);
}

/** A key with some fields set, and a mask that wants just these. */
export function fields(values: Readonly<Record<string, number | bigint>>): { value: Uint8Array; mask: Uint8Array } {
  const [value, mask] = [blankKey(), blankKey()];
  for (const [name, number] of Object.entries(values)) {
    const field = fieldNamed(name);
    if (field === undefined) throw new Error(`no field ${name}`);
    writeField(value, field, BigInt(number));
    wantField(mask, field);
  }
  return { value, mask };
}
