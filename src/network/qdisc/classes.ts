import type { Qdisc, QdiscClass } from "./qdisc.ts";

/** A class that is nothing but the discipline in it. */
export const classOf = (classid: number, inner: () => Qdisc): QdiscClass => ({
  classid,
  get counts() {
    return inner().counts;
  },
  get length() {
    return inner().length;
  },
  get backlog() {
    return inner().backlog;
  },
});
