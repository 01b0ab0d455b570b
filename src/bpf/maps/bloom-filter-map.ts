import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import { jenkinsHash } from "./hash/jenkins-hash.ts";
import type { MapPlace } from "./map-place.ts";
import { UPDATE_FLAG } from "./map-type.ts";

/** Hash functions where `map_extra` names no number. */
const DEFAULT_HASHES = 5;
const WORD_BITS = 64;

/**
 * BPF_MAP_TYPE_BLOOM_FILTER (kernel/bpf/bloom_filter.c): a set that values are pushed into; a peek says whether a value may be in
 * it. It errs as one of Linux does that was made with BPF_F_ZERO_SEED.
 */
export class BloomFilterMap extends HandledMap {
  private readonly hashes: number;
  /** Number of bits less one: a mask. */
  private readonly mask: number;
  private readonly bits: Uint8Array;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.hashes = (definition.extra ?? 0) || DEFAULT_HASHES;
    // About hashes * entries / ln 2, in whole fifths.
    const wanted = Math.floor((definition.maxEntries * this.hashes) / 5) * 7;
    const bits = wanted <= WORD_BITS ? WORD_BITS : 2 ** Math.ceil(Math.log2(Math.min(wanted, 2 ** 31)));
    this.mask = wanted > 2 ** 31 ? 0xffff_ffff : bits - 1;
    this.bits = new Uint8Array((this.mask + 1) / 8);
  }

  lookup(): number {
    return 0;
  }

  override push(value: number, flags: number): number {
    if (flags !== UPDATE_FLAG.ANY) return -ERRNO.EINVAL;
    for (let i = 0; i < this.hashes; i++) {
      const bit = this.bitOf(value, i);
      this.bits[bit >>> 3]! |= 1 << (bit & 7);
    }
    return 0;
  }

  override peek(value: number): number {
    for (let i = 0; i < this.hashes; i++) {
      const bit = this.bitOf(value, i);
      if ((this.bits[bit >>> 3]! & (1 << (bit & 7))) === 0) return -ERRNO.ENOENT;
    }
    return 0;
  }

  override pop(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  /** The value is what is asked about. */
  override userLookup(_key: number, value: number): number {
    return this.peek(value);
  }

  override userUpdate(_key: number, value: number, flags: number): number {
    return this.push(value, flags);
  }

  override userDelete(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  override nextKey(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  private bitOf(value: number, number: number): number {
    return (jenkinsHash(this.memory.bytes, value, this.definition.valueSize, number) & this.mask) >>> 0;
  }
}
