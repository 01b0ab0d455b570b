import { closeSync, openSync, readSync } from "node:fs";
import type { Sent } from "../../network/ovs/our-switch.ts";
import { type BridgePort, Vswitchd } from "../vswitchd.ts";
import { Unixctl } from "./unixctl.ts";

const PCAP_HEADER = 24;
const RECORD_HEADER = 16;

/** ovs-vswitchd as a switch that frames go through: they come in by dummy ports, whose captures say what left. Its clock stands still. */
export class RealSwitch {
  readonly vswitchd: Vswitchd;
  readonly control: Unixctl;
  readonly #captures: readonly PortCapture[];

  private constructor(vswitchd: Vswitchd, control: Unixctl, captures: readonly PortCapture[]) {
    this.vswitchd = vswitchd;
    this.control = control;
    this.#captures = captures;
  }

  /** @param ports with names; each is a dummy port. */
  static async open(ports: readonly BridgePort[]): Promise<RealSwitch> {
    const vswitchd = new Vswitchd(ports);
    try {
      const captures = ports.map(({ name }) => ({ name, file: vswitchd.file(`${name}.pcap`) }));
      vswitchd.vsctl(
        captures.flatMap(({ name, file }, i) => [
          ...(i === 0 ? [] : ["--"]),
          "set",
          "interface",
          name,
          `options:tx_pcap=${file}`,
        ]),
      );
      const control = await Unixctl.open(vswitchd.file("vswitchd.ctl"));
      await control.call("time/stop");
      return new RealSwitch(
        vswitchd,
        control,
        captures.map(({ name, file }) => new PortCapture(name, file)),
      );
    } catch (error) {
      vswitchd.stop();
      throw error;
    }
  }

  /** What leaves because of a frame that comes in by a port. */
  async send(port: string, frame: string): Promise<Sent> {
    await this.control.call("netdev-dummy/receive", port, frame);
    await this.control.round();
    await this.settle();
    return this.sent();
  }

  /** Comes back once all megaflows have been looked at anew after what has changed: those who do that stop at the end of a round. */
  async settle(): Promise<void> {
    for (let i = 0; i < 2; i++) {
      await this.control.call("revalidator/pause");
      await this.control.call("revalidator/resume");
    }
  }

  /** What has left since it was last asked. */
  sent(): Sent {
    const sent: Record<string, readonly string[]> = {};
    for (const capture of this.#captures) {
      const frames = capture.news();
      if (frames.length > 0) sent[capture.name] = frames;
    }
    return sent;
  }

  /** Lets so many milliseconds pass. */
  async wait(milliseconds: number): Promise<void> {
    await this.control.call("time/warp", String(milliseconds), String(Math.min(milliseconds, 500)));
  }

  /** Whether the daemon still answers. */
  async isAlive(): Promise<boolean> {
    try {
      await this.control.call("version");
      return true;
    } catch {
      return false;
    }
  }

  stop(): void {
    for (const capture of this.#captures) capture.close();
    this.control.close();
    this.vswitchd.stop();
  }
}

/** The capture of what a port sends, as it grows. */
class PortCapture {
  readonly name: string;
  readonly #file: number;
  #at = PCAP_HEADER;
  readonly #header = Buffer.alloc(RECORD_HEADER);

  constructor(name: string, file: string) {
    this.name = name;
    this.#file = openSync(file, "r");
  }

  /** Frames since the last time. */
  news(): string[] {
    const frames: string[] = [];
    while (readSync(this.#file, this.#header, 0, RECORD_HEADER, this.#at) === RECORD_HEADER) {
      const frame = Buffer.alloc(this.#header.readUInt32LE(8));
      if (readSync(this.#file, frame, 0, frame.length, this.#at + RECORD_HEADER) < frame.length) break;
      this.#at += RECORD_HEADER + frame.length;
      frames.push(frame.toString("hex"));
    }
    return frames;
  }

  close(): void {
    closeSync(this.#file);
  }
}
