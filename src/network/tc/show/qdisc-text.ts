import { codelMicroseconds, codelSpan } from "../../qdisc/codel/control.ts";
import type { CodelOptions } from "../../qdisc/codel/options.ts";
import type { FqOptions } from "../../qdisc/fq/fq-qdisc.ts";
import type { FqCodelOptions } from "../../qdisc/fq-codel/fq-codel-qdisc.ts";
import type { HtbOptions } from "../../qdisc/htb/htb-qdisc.ts";
import type { Chance, NetemOptions } from "../../qdisc/netem/netem-qdisc.ts";
import type { SlotOptions } from "../../qdisc/netem/slots.ts";
import { PRIORITY_BANDS } from "../../qdisc/prio.ts";
import { Rate } from "../../qdisc/rate.ts";
import type { RedOptions } from "../../qdisc/red/red.ts";
import type { SfqOptions } from "../../qdisc/sfq/sfq-qdisc.ts";
import type { TbfOptions } from "../../qdisc/tbf.ts";
import {
  tcBurst,
  tcFineTimeText,
  tcPercentText,
  tcRateText,
  tcSizeText,
  tcTimeText,
  ticksToMicroseconds,
} from "./numbers.ts";

/** What a device says of itself. */
export interface DeviceFacts {
  readonly queueLength: number;
  readonly frameBytes: number;
}

type Details = Readonly<Record<string, number>>;

/** How tc prints a kind: its options, which come after `root` or the parent, and with -s what it has counted. */
interface KindText<Options> {
  options(options: Options, device: DeviceFacts, details: Details): string;
  statistics?(details: Details): string[];
  /** What of that comes before the counts that all kinds have. */
  firstStatistics?(details: Details): string[];
}

const kind = <Options>(text: KindText<Options>): KindText<unknown> => text as KindText<unknown>;
const words = (...parts: (string | false | undefined)[]): string =>
  parts.filter((part) => part !== false && part !== undefined).join(" ");
const priomap = (bands: number, map: readonly number[]) => `bands ${bands} priomap ${map.join(" ")}`;

/** How much of a codel span tc shows: whole microseconds of what the kernel keeps. */
const span = (nanoseconds: number): string => tcTimeText(codelMicroseconds(codelSpan(nanoseconds)));
const codelWords = ({ target, interval, ceThreshold }: CodelOptions): string =>
  words(
    `target ${target === undefined ? tcTimeText(4999) : span(target)}`,
    ceThreshold !== undefined && `ce_threshold ${span(ceThreshold)}`,
    `interval ${interval === undefined ? tcTimeText(99_999) : span(interval)}`,
  );

const chance = (name: string, { probability, correlation }: Chance): string | false =>
  probability > 0 && words(`${name} ${tcPercentText(probability)}`, correlation > 0 && tcPercentText(correlation));

/** Of each kind that netsim brings; plugins' kinds have no options to tc. */
export const QDISC_TEXTS: Readonly<Record<string, KindText<unknown>>> = {
  pfifo: kind<{ limit?: number }>({ options: ({ limit }, { queueLength }) => `limit ${limit ?? queueLength}p` }),
  bfifo: kind<{ limit?: number }>({
    options: ({ limit }, { queueLength, frameBytes }) => `limit ${tcSizeText(limit ?? queueLength * frameBytes)}`,
  }),
  pfifo_fast: kind({ options: () => priomap(3, PRIORITY_BANDS) }),
  prio: kind<{ bands: number; map: readonly number[] }>({ options: ({ bands, map }) => priomap(bands, map) }),
  drr: kind({ options: () => "" }),
  mq: kind({ options: () => "" }),
  sfq: kind<SfqOptions>({
    options: ({ limit, quantum, depth, headdrop, divisor, perturb, red, ecn, harddrop }, { frameBytes }) =>
      `${words(
        `limit ${limit}p quantum ${tcSizeText(Math.max(256, quantum ?? frameBytes))} depth ${depth}`,
        headdrop && "headdrop",
        `divisor ${divisor}`,
        perturb > 0 && `perturb ${perturb / 1e9}sec`,
        red &&
          `ewma ${red.wlog} min ${tcSizeText(red.min)} max ${tcSizeText(red.max)} probability ${probability(red.maxProbability)}`,
        red && ecn && "ecn",
        red && harddrop && "harddrop",
      )} `,
    firstStatistics: (d) =>
      d.prob_mark === undefined
        ? []
        : [
            `prob_mark ${d.prob_mark} prob_mark_head ${d.prob_mark_head} prob_drop ${d.prob_drop}`,
            `forced_mark ${d.forced_mark} forced_mark_head ${d.forced_mark_head} forced_drop ${d.forced_drop}`,
          ],
  }),
  tbf: kind<TbfOptions>({ options: (options) => `${tbf(options)} ` }),
  htb: kind<HtbOptions>({
    options: ({ r2q, defaultNumber, directLength }, { queueLength }, { direct_packets_stat = 0 }) =>
      words(
        `r2q ${r2q}`,
        `default ${defaultNumber === 0 ? "0" : `0x${defaultNumber.toString(16)}`}`,
        `direct_packets_stat ${direct_packets_stat} direct_qlen ${directLength ?? queueLength}`,
      ),
  }),
  red: kind<RedOptions>({
    options: ({ limit, parameters, ecn, harddrop, adaptive, nodrop }) =>
      `${words(
        `limit ${tcSizeText(limit)} min ${tcSizeText(parameters.min)} max ${tcSizeText(parameters.max)}`,
        ecn && "ecn",
        harddrop && "harddrop",
        adaptive && "adaptive",
        nodrop && "nodrop",
      )} `,
    statistics: (d) => [`marked ${d.marked} early ${d.early} pdrop ${d.pdrop} other ${d.other} `],
  }),
  codel: kind<CodelOptions & { limit: number }>({
    options: (options) => `${words(`limit ${options.limit}p`, codelWords(options), options.ecn && "ecn")} `,
    statistics: (d) => [
      words(
        `count ${d.count} lastcount ${d.lastcount} ldelay ${tcTimeText(d.ldelay!)}`,
        d.dropping === 1 && "dropping",
        `drop_next ${d.drop_next! < 0 ? `-${tcTimeText(-d.drop_next!)}` : tcTimeText(d.drop_next!)}`,
      ),
      words(
        `maxpacket ${d.maxpacket} ecn_mark ${d.ecn_mark} drop_overlimit ${d.drop_overlimit}`,
        d.ce_mark! > 0 && `ce_mark ${d.ce_mark}`,
      ),
    ],
  }),
  fq_codel: kind<FqCodelOptions>({
    options: (options, { frameBytes }) =>
      `${words(
        `limit ${options.limit}p flows ${options.flows} quantum ${Math.max(256, options.quantum ?? frameBytes)}`,
        codelWords(options),
        `memory_limit ${tcSizeText(options.memoryLimit)}`,
        options.ecn && "ecn",
        `drop_batch ${options.dropBatch}`,
      )} `,
    statistics: (d) => [
      words(
        `maxpacket ${d.maxpacket} drop_overlimit ${d.drop_overlimit} new_flow_count ${d.new_flow_count} ecn_mark ${d.ecn_mark}`,
        d.ce_mark! > 0 && `ce_mark ${d.ce_mark}`,
        d.memory_used! > 0 && `memory_used ${d.memory_used}`,
        d.drop_overmemory! > 0 && `drop_overmemory ${d.drop_overmemory}`,
      ),
      `new_flows_len ${d.new_flows_len} old_flows_len ${d.old_flows_len}`,
    ],
  }),
  fq: kind<FqOptions>({
    options: (o, { frameBytes }) =>
      `${words(
        `limit ${o.limit}p flow_limit ${o.flowLimit}p buckets ${o.buckets} orphan_mask ${o.orphanMask}`,
        !o.pacing && "nopacing",
        `quantum ${tcSizeText(o.quantum ?? 2 * frameBytes)} initial_quantum ${tcSizeText(o.initialQuantum ?? 10 * frameBytes)}`,
        Number.isFinite(o.maxRate) && `maxrate ${tcRateText(o.maxRate)}`,
        o.lowRateThreshold > 0 && `low_rate_threshold ${tcRateText(o.lowRateThreshold)}`,
        `refill_delay ${tcTimeText(o.refillDelay / 1000)}`,
        o.ceThreshold < 0xffff_ffff * 1000 && `ce_threshold ${tcTimeText(o.ceThreshold / 1000)}`,
        `timer_slack ${tcFineTimeText(o.timerSlack)} horizon ${tcTimeText(o.horizon / 1000)}`,
        o.horizonDrop ? "horizon_drop" : "horizon_cap",
      )} `,
    statistics: (d) => [
      `flows ${d.flows} (inactive ${d.inactive} throttled ${d.throttled})`,
      words(
        `gc ${d.gc} highprio 0 throttled ${d.throttled_packets}`,
        d.ce_mark! > 0 && `ce_mark ${d.ce_mark}`,
        d.flows_plimit! > 0 && `flows_plimit ${d.flows_plimit}`,
      ),
    ],
  }),
  netem: kind<NetemOptions>({ options: netem }),
};

const probability = (share: number): string => String(Number((share / 2 ** 32).toPrecision(6)));

function tbf({ rate, burst, peakRate, mtu, limit, framing }: TbfOptions): string {
  // The kernel tells these in 32 bits.
  const ticks = (bytesPerSecond: number, bytes: number) =>
    Math.floor(new Rate(bytesPerSecond, framing).time(bytes) / 64) % 2 ** 32;
  const buffer = ticks(rate, burst);
  let latency = (limit / rate) * 1e6 - ticksToMicroseconds(buffer);
  if (peakRate > 0) latency = Math.max(latency, (limit / peakRate) * 1e6 - ticksToMicroseconds(ticks(peakRate, mtu)));
  return words(
    `rate ${tcRateText(rate)} burst ${tcSizeText(tcBurst(rate, buffer * 64))}`,
    peakRate > 0 &&
      `peakrate ${tcRateText(peakRate)} minburst ${tcSizeText(tcBurst(peakRate, ticks(peakRate, mtu) * 64))}`,
    latency >= 0 ? `lat ${tcTimeText(Math.floor(latency) % 2 ** 32)}` : `limit ${tcSizeText(limit)}`,
    framing.overhead > 0 && `overhead ${framing.overhead}`,
    framing.linklayer === "atm" && "linklayer atm",
  );
}

function netem(o: NetemOptions): string {
  const { loss } = o;
  const percent = (names: Readonly<Record<string, number>>) =>
    Object.entries(names)
      .map(([name, share]) => `${name} ${tcPercentText(share)}`)
      .join(" ");
  return words(
    `limit ${o.limit}`,
    // tc puts two spaces before the jitter.
    o.delay > 0 &&
      words(
        `delay ${tcTimeText(Math.floor(o.delay / 1000))}`,
        o.jitter > 0 && ` ${tcTimeText(Math.floor(o.jitter / 1000))}`,
        o.jitter > 0 && o.delayCorrelation > 0 && tcPercentText(o.delayCorrelation),
      ),
    loss.kind === "random" && chance("loss", { probability: loss.probability, correlation: o.lossCorrelation }),
    loss.kind === "state" &&
      `loss state ${percent({ p13: loss.p13, p31: loss.p31, p32: loss.p32, p23: loss.p23, p14: loss.p14 })}`,
    loss.kind === "gemodel" &&
      `loss gemodel ${percent({ p: loss.p, r: loss.r, "1-h": 0xffff_ffff - loss.h, "1-k": loss.k1 })}`,
    chance("duplicate", o.duplicate),
    o.gap > 0 && chance("reorder", o.reorder),
    chance("corrupt", o.corrupt),
    o.rate > 0 &&
      words(
        `rate ${tcRateText(o.rate)}`,
        o.packetOverhead !== 0 && `packetoverhead ${o.packetOverhead}`,
        o.cellSize > 0 && `cellsize ${o.cellSize}`,
        o.cellOverhead !== 0 && `celloverhead ${o.cellOverhead}`,
      ),
    o.slot && slot(o.slot),
    o.ecn && "ecn ",
    o.gap > 0 && `gap ${o.gap}`,
  );
}

/** The kernel shows what is not limited as 0, and tc leaves it out. */
function slot({ min, max, distribution, delay, jitter, packets, bytes }: SlotOptions): string {
  const limit = (name: string, value: number) => value < 0x7fff_ffff && `${name} ${value}`;
  return words(
    distribution === undefined
      ? `slot ${tcFineTimeText(min)} ${tcFineTimeText(max)}`
      : `slot distribution ${tcFineTimeText(delay)} ${tcFineTimeText(jitter)}`,
    limit("packets", packets),
    limit("bytes", bytes),
  );
}
