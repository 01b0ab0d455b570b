import { TimeQueue } from "../time-queue.ts";

/** A flow of fq (struct fq_flow). Times are simulated nanoseconds. */
export class Flow {
  next: Flow | undefined;
  /** It has nothing to send, has its turns, or waits for a time. */
  place: "detached" | "listed" | "throttled" = "detached";
  readonly queue = new TimeQueue();
  /** Bytes that it may still send in its turn. */
  credit: number;
  band = 0;
  /** Since when it is detached. */
  since = 0;
  /** Before which it may not send; 0: it never had to wait. */
  nextTime = 0;

  constructor(credit: number) {
    this.credit = credit;
  }
}
