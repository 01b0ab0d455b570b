import { KEY_SIZE } from "../flow/layout.ts";
import type { Megaflow } from "./megaflow.ts";

const FIRST_SLOTS = 16;
/** A table is doubled when more than half of its slots are taken. */
const LOAD = 2;

/**
 * The megaflows of one mask, by a hash of the bits that it wants (struct sw_flow_mask and its part of the flow table). Only
 * the words that the mask wants anything of are looked at.
 */
export class FlowMask {
  /** As a mask of a key. */
  readonly bytes: Uint8Array;
  /** Look-ups that it has answered since masks were last put in order. */
  hits = 0;
  size = 0;
  /** Which words of a key it wants bits of, and which bits. */
  private readonly at: Uint16Array;
  private readonly bits: Int32Array;
  private slots: (Megaflow | undefined)[] = new Array(FIRST_SLOTS).fill(undefined);

  constructor(mask: Uint8Array) {
    this.bytes = mask.slice();
    const words = wordsOf(this.bytes);
    const at: number[] = [];
    for (let i = 0; i < words.length; i++) if (words[i] !== 0) at.push(i);
    this.at = Uint16Array.from(at);
    this.bits = Int32Array.from(at, (i) => words[i]!);
  }

  /** The flow that a key, as words, belongs to. */
  find(key: Int32Array): Megaflow | undefined {
    const { slots, at, bits } = this;
    const hash = this.hash(key);
    const last = slots.length - 1;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const flow = slots[slot];
      if (flow === undefined) return undefined;
      if (flow.hash !== hash) continue;
      const { words } = flow;
      let i = 0;
      while (i < at.length && (key[at[i]!]! & bits[i]!) === words[i]) i++;
      if (i === at.length) return flow;
    }
  }

  /** The words of a key that a flow of this mask keeps. */
  masked(key: Int32Array): Int32Array {
    return this.bits.map((bits, i) => key[this.at[i]!]! & bits);
  }

  hash(key: Int32Array): number {
    const { at, bits } = this;
    let hash = 0x9e37_79b9 | 0;
    for (let i = 0; i < at.length; i++) {
      hash = Math.imul(hash ^ (key[at[i]!]! & bits[i]!), 0x85eb_ca6b);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0xc2b2_ae35);
    return hash ^ (hash >>> 16);
  }

  add(flow: Megaflow): void {
    if (LOAD * (this.size + 1) > this.slots.length) this.grow();
    this.place(flow);
    this.size++;
  }

  remove(flow: Megaflow): void {
    const { slots } = this;
    const last = slots.length - 1;
    let slot = flow.hash & last;
    while (slots[slot] !== flow) slot = (slot + 1) & last;
    slots[slot] = undefined;
    this.size--;
    // What came to lie behind it for want of room moves up.
    for (let next = (slot + 1) & last; slots[next] !== undefined; next = (next + 1) & last) {
      const moved = slots[next]!;
      slots[next] = undefined;
      this.place(moved);
    }
  }

  *flows(): Iterable<Megaflow> {
    for (const flow of this.slots) if (flow !== undefined) yield flow;
  }

  private place(flow: Megaflow): void {
    const last = this.slots.length - 1;
    let slot = flow.hash & last;
    while (this.slots[slot] !== undefined) slot = (slot + 1) & last;
    this.slots[slot] = flow;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Array(2 * before.length).fill(undefined);
    for (const flow of before) if (flow !== undefined) this.place(flow);
  }
}

/** A key's or mask's bytes as 32-bit words, in this machine's order: for comparison only. */
export function wordsOf(key: Uint8Array): Int32Array {
  return new Int32Array(key.buffer, key.byteOffset, KEY_SIZE / 4);
}
