import type { Schedule } from "../model.ts";
import { parseDuration } from "../quantity/duration.ts";
import { parseEventRate } from "../quantity/event-rate.ts";
import type { Fields } from "./fields.ts";

/** When the items of a traffic entry are due. `isBounded`: the run ends by itself at some time. */
export function readSchedule(fields: Fields, isBounded: boolean): Schedule | undefined {
  const { context } = fields;
  const start = fields.parsed("start", parseDuration) ?? 0;
  const rate = fields.parsed("rate", parseEventRate);
  const every = rate === undefined ? (fields.parsed("every", parseDuration) ?? 0) : 1e9 / rate;
  const process = fields.choice("process", "constant", "poisson") ?? "constant";
  const count = fields.number("count");
  const lasts = fields.parsed("for", parseDuration);
  const isBroken = (key: string, value: unknown) => fields.has(key) && value === undefined;
  if (isBroken("rate", rate) || isBroken("for", lasts) || isBroken("count", count)) return undefined;
  if (every === 0 && process === "poisson")
    return context.problem(
      "bad-topology",
      fields.keySpan("process"),
      "A Poisson process needs a mean: `every` or `rate`.",
    );
  if (count !== undefined) return { start, count, every, process };
  if (lasts !== undefined) {
    if (every === 0 || lasts === 0) {
      const message = every === 0 ? "`for` needs to know how often: `every` or `rate`." : "`for` is no time at all.";
      return context.problem("bad-topology", fields.keySpan("for"), message);
    }
    if (process === "poisson") return { start, count: Number.POSITIVE_INFINITY, until: start + lasts, every, process };
    return { start, count: itemsWithin(lasts, every, rate), every, process };
  }
  if (every === 0) return { start, count: 1, every, process };
  if (!isBounded)
    return context.problem(
      "bad-topology",
      fields.keySpan(rate === undefined ? "every" : "rate"),
      "This traffic would never end.",
      "Say how many with `count` or how long with `for`, or give the topology an `until`.",
    );
  return { start, count: Number.POSITIVE_INFINITY, every, process };
}

/** Items at 0, `every`, 2 `every`, ... that are due before `time`. */
function itemsWithin(time: number, every: number, rate: number | undefined): number {
  // By the rate itself, since `every` is rounded where the rate does not divide a second.
  return rate === undefined
    ? Number((BigInt(time) + BigInt(every) - 1n) / BigInt(every))
    : Math.ceil((time * rate) / 1e9);
}
