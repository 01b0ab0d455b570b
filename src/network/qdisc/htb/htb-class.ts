import { noCounts } from "../counts.ts";
import type { Framing } from "../framing.ts";
import type { Qdisc, QdiscClass } from "../qdisc.ts";
import { Rate } from "../rate.ts";
import type { Round } from "./round.ts";

/** Priorities of leaves (TC_HTB_NUMPRIO). */
export const PRIORITIES = 8;
/** Levels of the tree (TC_HTB_MAXDEPTH). */
export const MAX_DEPTH = 8;

/** A class may send, may borrow from its parent, or may not send. */
export const CAN_SEND = 2;
export const MAY_BORROW = 1;
export const CANT_SEND = 0;

/** Nanoseconds of tokens beyond which no class is in debt or credit (mbuffer). */
const MOST_TIME = 60e9;

/** What a class is configured with; rates in bytes a second, sizes in bytes. */
export interface HtbClassOptions {
  readonly classid: number;
  /** 0: the qdisc itself. */
  readonly parent: number;
  readonly rate: number;
  readonly ceil: number;
  readonly burst: number;
  readonly cburst: number;
  readonly prio: number;
  readonly quantum: number;
  readonly framing: Framing;
}

/** A class of htb (struct htb_class). Tokens are nanoseconds. */
export class HtbClass implements QdiscClass {
  readonly classid: number;
  options: HtbClassOptions;
  readonly parent: HtbClass | undefined;
  readonly counts = noCounts();
  /** 0: a leaf; inner classes are counted down from 7 at the root. */
  level = 0;
  /** Of leaves. */
  queue: Qdisc | undefined;
  mode = CAN_SEND;
  tokens = 0;
  ctokens = 0;
  checked: number;
  /** Bits of the priorities at which it, or a class below it, has packets. */
  activity = 0;
  /** Of inner classes: children that borrow from it, by priority. */
  readonly feeds: (Round | undefined)[] = [];
  /** Bytes that it may still send in its turn, by level. */
  readonly deficit: number[] = new Array(MAX_DEPTH).fill(0);
  /** When its mode will change; meaningful while it waits. */
  wakeAt = 0;
  /** Tells entries of the wait list that are out of date. */
  waits = 0;
  /** Packets that it has sent with what its parents lent. */
  borrows = 0;
  lends = 0;
  giants = 0;
  private rate = new Rate(1);
  private ceil = new Rate(1);
  private bucket = 0;
  private cbucket = 0;

  constructor(options: HtbClassOptions, parent: HtbClass | undefined, now: number) {
    this.classid = options.classid;
    this.options = options;
    this.parent = parent;
    this.checked = now;
    this.configure(options);
    this.tokens = this.bucket;
    this.ctokens = this.cbucket;
  }

  /** Takes other rates over (htb_change_class); tokens stay. */
  configure(options: HtbClassOptions): void {
    this.options = options;
    this.rate = new Rate(options.rate, options.framing);
    this.ceil = new Rate(options.ceil, options.framing);
    this.bucket = burstTime(options.rate, options.burst);
    this.cbucket = burstTime(options.ceil, options.cburst);
  }

  /** How long its bursts last, nanoseconds. */
  get bursts(): { burst: number; cburst: number } {
    return { burst: this.bucket, cburst: this.cbucket };
  }

  /** It has no classes below it any more (htb_parent_to_leaf). */
  becomeLeaf(queue: Qdisc, now: number): void {
    this.level = 0;
    this.queue = queue;
    this.feeds.length = 0;
    this.tokens = this.bucket;
    this.ctokens = this.cbucket;
    this.checked = now;
    this.mode = CAN_SEND;
  }

  /** As the kernel shows them: tokens in ticks. */
  details(): Record<string, number> {
    const { lends, borrows, giants } = this;
    return { lended: lends, borrowed: borrows, giants, tokens: ticks(this.tokens), ctokens: ticks(this.ctokens) };
  }

  get length(): number {
    return this.queue?.length ?? 0;
  }

  get backlog(): number {
    return this.queue?.backlog ?? 0;
  }

  /** Time since it was last looked at, as far as it counts. */
  since(now: number): number {
    return Math.min(now - this.checked, MOST_TIME);
  }

  /** The mode that it would have with `extra` more tokens (htb_class_mode). */
  modeWith(extra: number): number {
    if (this.ctokens + extra < 0) return CANT_SEND;
    return this.tokens + extra >= 0 ? CAN_SEND : MAY_BORROW;
  }

  /** Nanoseconds until its mode can change. */
  delayWith(extra: number): number {
    const ctokens = this.ctokens + extra;
    return ctokens < 0 ? -ctokens : Math.max(0, -(this.tokens + extra));
  }

  /** Pays for bytes that it, or a class below it, sends (htb_accnt_tokens, htb_accnt_ctokens). @param borrows they are paid from above. */
  charge(bytes: number, passed: number, borrows: boolean): void {
    if (borrows) this.tokens += passed;
    else this.tokens = settle(Math.min(passed + this.tokens, this.bucket) - this.rate.time(bytes));
    this.ctokens = settle(Math.min(passed + this.ctokens, this.cbucket) - this.ceil.time(bytes));
  }
}

/** Length of a tick that tc gives times in, nanoseconds. */
const TICK = 64;

/** What tc makes of a burst in bytes: the time that it takes at the rate, in whole ticks of 32 bits (tc_calc_xmittime). */
const burstTime = (rate: number, bytes: number): number =>
  (Math.trunc((Math.trunc((bytes * 1e6) / rate) % 2 ** 32) * (1000 / TICK)) % 2 ** 32) * TICK;

/** PSCHED_NS2TICKS, within the 32 signed bits that are shown. */
const ticks = (nanoseconds: number): number =>
  Math.max(-0x8000_0000, Math.min(0x7fff_ffff, Math.floor(nanoseconds / TICK)));

const settle = (tokens: number): number => (tokens <= -MOST_TIME ? 1 - MOST_TIME : tokens);
