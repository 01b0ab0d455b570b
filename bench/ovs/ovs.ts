import { WITHOUT_VSWITCHD } from "../../test/ovs/vswitchd.ts";
import type { BenchResult } from "../bench.ts";
import { hookTimes } from "./hooks.ts";
import { hitTime, missTime } from "./netsim-datapath.ts";
import { VswitchdDatapath } from "./vswitchd-datapath.ts";
import type { Workload } from "./workload.ts";

const HITS: Readonly<Record<string, Workload>> = {
  "1 megaflow": { flows: 1, masks: 1 },
  "100 megaflows": { flows: 100, masks: 1 },
  "10,000 megaflows": { flows: 10_000, masks: 1 },
  "16 masks": { flows: 16, masks: 16 },
  "64 masks": { flows: 64, masks: 64 },
};
const MISSES = 2000;
/** A flow whose megaflows have a port of UDP each. */
const MISSED_FLOW = "udp,actions=move:NXM_OF_UDP_DST[]->NXM_NX_REG0[0..15],output:2";
/** Packets that ovs-vswitchd is given for each figure. */
const VSWITCHD_PACKETS = 6300;

/** Packets a second through an Open vSwitch datapath, netsim's and ovs-vswitchd's: with more and more megaflows and masks, with none that fits, with programs. */
export async function ovs(): Promise<BenchResult> {
  const figures: Record<string, number | string> = {};
  const ratios: Record<string, number> = {};
  const times: Record<string, number> = {};
  for (const [name, workload] of Object.entries(HITS)) times[`hit, ${name}`] = hitTime(workload);
  times["miss, a flow made"] = missTime(MISSES, MISSED_FLOW);
  for (const [name, time] of Object.entries(times)) figures[`${name}: packets/s`] = Math.round(1e9 / time);
  ratios["10,000 megaflows / 1"] = times["hit, 10,000 megaflows"]! / times["hit, 1 megaflow"]!;
  ratios["64 masks / 1"] = times["hit, 64 masks"]! / times["hit, 1 megaflow"]!;
  const hooks = await hookTimes();
  for (const [name, time] of Object.entries(hooks)) figures[`${name}: packets/s`] = Math.round(1e9 / time);
  if (WITHOUT_VSWITCHD !== undefined) figures["ovs-vswitchd"] = WITHOUT_VSWITCHD;
  else
    for (const [name, time] of Object.entries(await vswitchdTimes())) {
      figures[`ovs-vswitchd ${name}: packets/s`] = Math.round(1e9 / time);
      ratios[`${name}: netsim / ovs-vswitchd`] = times[name]! / time;
    }
  return { bench: "ovs", figures, ratios };
}

async function vswitchdTimes(): Promise<Record<string, number>> {
  const vswitchd = new VswitchdDatapath();
  try {
    await vswitchd.calibrate();
    const times: Record<string, number> = {};
    for (const [name, workload] of Object.entries(HITS))
      times[`hit, ${name}`] = vswitchd.hitTime(workload, VSWITCHD_PACKETS);
    times["miss, a flow made"] = vswitchd.missTime(MISSES, MISSED_FLOW);
    return times;
  } finally {
    vswitchd.stop();
  }
}
