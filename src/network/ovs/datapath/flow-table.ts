import { AT, KEY_SIZE } from "../flow/layout.ts";
import type { DatapathAction } from "./action.ts";
import { FlowMask, wordsOf } from "./flow-mask.ts";
import { Megaflow } from "./megaflow.ts";
import type { Translation } from "./slow-path.ts";

/** Entries of the mask cache, and how many bits of a packet's hash choose one (MC_HASH_ENTRIES, MC_HASH_SHIFT). */
const CACHE_ENTRIES = 256;
const CACHE_SHIFT = 8;
const CACHE_SEGMENTS = 4;

/**
 * A datapath's flows: tuple space search, one hash table a mask, and a cache that remembers for a packet's hash which mask
 * answered last (net/openvswitch/flow_table.c, ovs_flow_tbl_lookup_stats). The first mask with a flow for the key wins;
 * slow paths make flows that do not contradict each other.
 */
export class FlowTable {
  /** In the order in which they are tried. */
  masks: FlowMask[] = [];
  size = 0;
  /** Look-ups, masks that they tried, and those that the cache answered (struct dp_stats_percpu). */
  lookups = 0;
  masksTried = 0;
  cacheHits = 0;
  private readonly cachedHash = new Int32Array(CACHE_ENTRIES);
  private readonly cachedMask: (FlowMask | undefined)[] = new Array(CACHE_ENTRIES).fill(undefined);

  lookup(key: Int32Array): Megaflow | undefined {
    this.lookups++;
    const hash = packetHash(key);
    if (hash === 0) return this.search(key);
    let oldest = -1;
    for (let segment = 0, rest = hash; segment < CACHE_SEGMENTS; segment++, rest >>>= CACHE_SHIFT) {
      const entry = rest & (CACHE_ENTRIES - 1);
      const cached = this.cachedHash[entry]!;
      if (cached === hash) {
        const mask = this.cachedMask[entry]!;
        this.masksTried++;
        const found = mask.find(key);
        if (found !== undefined) {
          this.cacheHits++;
          mask.hits++;
          return found;
        }
        const other = this.search(key);
        if (other === undefined) this.cachedHash[entry] = 0;
        else this.cachedMask[entry] = other.mask;
        return other;
      }
      if (oldest < 0 || cached >>> 0 < this.cachedHash[oldest]! >>> 0) oldest = entry;
    }
    const found = this.search(key);
    if (found !== undefined) {
      this.cachedHash[oldest] = hash;
      this.cachedMask[oldest] = found.mask;
    }
    return found;
  }

  /** Installs a flow; where there is one for the same key and mask, that one gets the actions (ovs_flow_cmd_new with NLM_F_REPLACE). */
  install(
    key: Uint8Array,
    mask: Uint8Array,
    actions: readonly DatapathAction[],
    translation: Translation | undefined,
    now: number,
  ): Megaflow {
    const flowMask = this.maskOf(mask);
    const before = flowMask.find(wordsOf(key));
    if (before !== undefined) {
      before.credit();
      before.actions = actions;
      before.translation = translation;
      return before;
    }
    const flow = new Megaflow(flowMask, key, actions, translation, now);
    flowMask.add(flow);
    this.size++;
    return flow;
  }

  remove(flow: Megaflow): void {
    const { mask } = flow;
    mask.remove(flow);
    this.size--;
    if (mask.size > 0) return;
    this.masks.splice(this.masks.indexOf(mask), 1);
    this.forget(mask);
  }

  *flows(): Iterable<Megaflow> {
    for (const mask of this.masks) yield* mask.flows();
  }

  /** Puts the masks that answer most in front (ovs_flow_masks_rebalance). */
  rebalance(): void {
    this.masks = this.masks.toSorted((a, b) => b.hits - a.hits);
    for (const mask of this.masks) mask.hits = 0;
  }

  private search(key: Int32Array): Megaflow | undefined {
    const { masks } = this;
    for (let i = 0; i < masks.length; i++) {
      const mask = masks[i]!;
      const found = mask.find(key);
      if (found === undefined) continue;
      this.masksTried += i + 1;
      mask.hits++;
      return found;
    }
    this.masksTried += masks.length;
    return undefined;
  }

  private maskOf(bytes: Uint8Array): FlowMask {
    const known = this.masks.find((mask) => sameMask(mask.bytes, bytes));
    if (known !== undefined) return known;
    const made = new FlowMask(bytes);
    this.masks.push(made);
    return made;
  }

  private forget(mask: FlowMask): void {
    for (let i = 0; i < CACHE_ENTRIES; i++)
      if (this.cachedMask[i] === mask) {
        this.cachedMask[i] = undefined;
        this.cachedHash[i] = 0;
      }
  }
}

/** Of a packet's connection, as skb_get_hash, with its recirculation; 0: it has none to speak of. */
function packetHash(key: Int32Array): number {
  let hash = key[AT.recircId / 4]!;
  for (let word = AT.nwSrc / 4; word < AT.ctNwSrc / 4; word++) hash = mix(hash, key[word]!);
  for (let word = AT.ipv6Src / 4; word < AT.ctIpv6Src / 4; word++) hash = mix(hash, key[word]!);
  hash = mix(hash, key[AT.tpSrc / 4]!);
  for (let word = AT.ethDst / 4; word < AT.ethType / 4; word++) hash = mix(hash, key[word]!);
  return hash ^ (hash >>> 16);
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

function sameMask(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < KEY_SIZE; i++) if (a[i] !== b[i]) return false;
  return true;
}
