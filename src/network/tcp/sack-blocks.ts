import type { SackSource } from "./options.ts";
import { after, before } from "./sequence.ts";

/** TCP_NUM_SACKS. */
const MOST_BLOCKS = 4;

interface Block {
  start: number;
  end: number;
}

/**
 * The ranges that a receiver reports out of order, the one with the newest segment first (RFC 2018 section 4), and
 * before them the last duplicate (RFC 2883).
 */
export class SackBlocks implements SackSource {
  private blocks: Block[] = [];
  private readonly duplicate: Block = { start: 0, end: 0 };
  private hasDuplicate = false;

  get count(): number {
    return this.blocks.length + (this.hasDuplicate ? 1 : 0);
  }

  start(index: number): number {
    return this.at(index).start;
  }

  end(index: number): number {
    return this.at(index).end;
  }

  /** End of the range furthest on; undefined: there is none. */
  get highest(): number | undefined {
    let highest: number | undefined;
    for (const { end } of this.blocks) if (highest === undefined || after(end, highest)) highest = end;
    return highest;
  }

  /** tcp_sack_new_ofo_skb: a segment was queued out of order. */
  add(start: number, end: number): void {
    const { blocks } = this;
    const newest: Block = { start, end };
    const apart: Block[] = [];
    for (const block of blocks) {
      if (after(block.start, newest.end) || before(block.end, newest.start)) apart.push(block);
      else {
        if (before(block.start, newest.start)) newest.start = block.start;
        if (after(block.end, newest.end)) newest.end = block.end;
      }
    }
    this.blocks = [newest, ...apart].slice(0, MOST_BLOCKS);
  }

  /** Everything before `rcvNxt` is acknowledged (tcp_sack_remove). */
  remove(rcvNxt: number, isQueueEmpty: boolean): void {
    if (this.blocks.length === 0) return;
    this.blocks = isQueueEmpty ? [] : this.blocks.filter(({ start }) => after(start, rcvNxt));
  }

  /** A segment came whose bytes from `start` to `end` were here already; more of them where it meets others (tcp_dsack_extend). */
  addDuplicate(start: number, end: number): void {
    const { duplicate } = this;
    if (!this.hasDuplicate) {
      this.hasDuplicate = true;
      duplicate.start = start;
      duplicate.end = end;
    } else if (!after(start, duplicate.end) && !after(duplicate.start, end)) {
      if (before(start, duplicate.start)) duplicate.start = start;
      if (after(end, duplicate.end)) duplicate.end = end;
    }
  }

  /** A duplicate is reported once. */
  forgetDuplicate(): void {
    this.hasDuplicate = false;
  }

  private at(index: number): Block {
    if (!this.hasDuplicate) return this.blocks[index]!;
    return index === 0 ? this.duplicate : this.blocks[index - 1]!;
  }
}
