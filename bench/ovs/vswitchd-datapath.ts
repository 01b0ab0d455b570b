import { writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { Vswitchd } from "../../test/ovs/vswitchd.ts";
import { flowText, frameTo, type Workload } from "./workload.ts";

/** Frames in one call of ovs-appctl: a dummy port keeps no more than 100. */
const BATCH = 90;
const CALIBRATION = 300;

/**
 * The datapath of ovs-vswitchd in user space, with dummy ports that a thread polls: it counts the processor's cycles that
 * it spends on packets itself (dpif-netdev/pmd-stats-show), so that how packets get to the ports does not count.
 */
export class VswitchdDatapath {
  readonly #vswitchd = new Vswitchd(
    [1, 2].map((ofport) => ({ name: `p${ofport}`, ofport })),
    { isPolling: true },
  );
  #cyclesPerNanosecond = 0;

  /** Counts cycles for a while, for all of them pass in polling. */
  async calibrate(): Promise<void> {
    this.#appctl("revalidator/pause");
    this.#appctl("dpif-netdev/pmd-stats-clear");
    const start = performance.now();
    await setTimeout(CALIBRATION);
    const stats = this.#stats();
    this.#cyclesPerNanosecond = (stats.idle + stats.processing) / ((performance.now() - start) * 1e6);
  }

  /** Nanoseconds a packet for which there is a flow, each flow having had one before. */
  hitTime(workload: Workload, packets: number): number {
    this.#appctl("dpctl/del-flows");
    const file = this.#vswitchd.file("flows");
    const flows = Array.from({ length: workload.flows }, (_, i) => `${flowText(i, workload)}\n`);
    writeFileSync(file, flows.join(""));
    this.#appctl("dpctl/add-flows", file);
    this.#send(Math.max(workload.flows, packets), workload.flows);
    this.#appctl("dpif-netdev/pmd-stats-clear");
    this.#send(packets, workload.flows);
    return this.#time(packets);
  }

  /** Nanoseconds a packet for which a flow is made. */
  missTime(packets: number, flow: string): number {
    this.#vswitchd.replaceFlows(flow);
    const once = () => {
      this.#appctl("dpctl/del-flows");
      this.#appctl("dpif-netdev/pmd-stats-clear");
      this.#send(packets, packets);
      return this.#time(packets);
    };
    once();
    return once();
  }

  stop(): void {
    this.#vswitchd.stop();
  }

  #send(packets: number, ports: number): void {
    for (let i = 0; i < packets; i += BATCH) {
      const frames = Array.from({ length: Math.min(BATCH, packets - i) }, (_, j) =>
        Buffer.from(frameTo((i + j) % ports)).toString("hex"),
      );
      this.#appctl("netdev-dummy/receive", "p1", ...frames);
    }
  }

  #time(packets: number): number {
    const { received, processing } = this.#stats();
    if (received < 0.99 * packets) throw new Error(`ovs-vswitchd saw ${received} of ${packets} packets`);
    return processing / received / this.#cyclesPerNanosecond;
  }

  #stats(): { received: number; idle: number; processing: number } {
    const text = this.#appctl("dpif-netdev/pmd-stats-show");
    const read = (name: string) => Number(new RegExp(`^ *${name}: (\\d+)`, "m").exec(text)?.[1] ?? 0);
    return { received: read("packets received"), idle: read("idle cycles"), processing: read("processing cycles") };
  }

  #appctl(...args: string[]): string {
    return this.#vswitchd.appctl(args);
  }
}
