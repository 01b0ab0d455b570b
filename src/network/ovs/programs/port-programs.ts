import type { ProgramHost } from "../../../hooks/hook.ts";
import type { ForwardingSite } from "../../../hooks/ovs/site.ts";
import type { Skb } from "../../../packet/skb.ts";
import { set32 } from "../../../packet/wire.ts";
import type { Attachment } from "../../../programs/attachment.ts";
import type { World } from "../../world.ts";
import type { UserspaceAction } from "../datapath/action.ts";
import type { Datapath } from "../datapath/datapath.ts";
import type { PacketState } from "../datapath/packet-state.ts";
import { AT } from "../flow/layout.ts";
import { Site } from "./site.ts";

/** Once so many sends have been asked for, one more is taken: the count is compared before it is raised (plum_stack_push). */
const SENDS = 1024;

const TO_USER_SPACE: UserspaceAction = { type: "userspace", reason: "program", cookie: undefined };

/** A packet that waits until the program has ended, and the port that it leaves by, or comes in by anew. */
interface Frame {
  skb: Skb;
  port: number;
  isAgain: boolean;
}

/** What a packet without a flow, and its copies, are waiting for. */
class Forwarding extends Site implements ForwardingSite {
  hasForwarded = false;
  sends = 0;
  /** The first `waiting` of them; the others are used again. */
  private readonly frames: Frame[] = [];
  private waiting = 0;
  private readonly own: Datapath;

  constructor(datapath: Datapath, host: ProgramHost) {
    super(datapath, host);
    this.own = datapath;
  }

  forward(port: number): void {
    if (this.own.ports.has(port)) this.goOn(port, false);
  }

  /** Whether the switch has such a port is nothing to a program's own. */
  forwardSelf(port: number): void {
    this.goOn(port, true);
  }

  mayClone(port: number): boolean {
    return this.own.ports.has(port) && this.sends++ <= SENDS;
  }

  cloneForward(skb: Skb, port: number): void {
    this.wait(skb, port, false);
  }

  /** What was asked for last; undefined: nothing is left. */
  take(): Frame | undefined {
    return this.waiting === 0 ? undefined : this.frames[--this.waiting];
  }

  push(): void {
    this.own.sendUp(this.state!, TO_USER_SPACE);
  }

  private goOn(port: number, isAgain: boolean): void {
    if (this.sends++ > SENDS || this.hasForwarded) return;
    this.hasForwarded = true;
    this.wait(this.state!.skb!, port, isAgain);
  }

  private wait(skb: Skb, port: number, isAgain: boolean): void {
    const frame = this.frames[this.waiting++];
    if (frame === undefined) this.frames.push({ skb, port, isAgain });
    else {
      frame.skb = skb;
      frame.port = port;
      frame.isAgain = isAgain;
    }
  }
}

/** Programs that are bound to ports, in the contract of 2013 (bpf_dp_process_received_packet, execute_plums). */
export class PortPrograms {
  private readonly byPort: ReadonlyMap<number, Attachment<"ovs-port-miss">>;
  private readonly datapath: Datapath;
  private readonly host: ProgramHost;
  private readonly world: World;
  /** One for each packet whose frames have others come in meanwhile. */
  private readonly sites: Forwarding[] = [];
  private depth = 0;

  constructor(
    byPort: ReadonlyMap<number, Attachment<"ovs-port-miss">>,
    datapath: Datapath,
    host: ProgramHost,
    world: World,
  ) {
    this.byPort = byPort;
    this.datapath = datapath;
    this.host = host;
    this.world = world;
  }

  /** Does all that the port's program wants done with a packet, which is used up; false: there is no program. */
  receive(state: PacketState, port: number): boolean {
    const program = this.byPort.get(port);
    if (program === undefined) return false;
    this.sites[this.depth] ??= new Forwarding(this.datapath, this.host);
    const site = this.sites[this.depth++]!;
    site.sends = 0;
    site.state = state;
    this.run(program, site);
    for (let frame = site.take(); frame !== undefined; frame = site.take()) {
      const { skb, port: to, isAgain } = frame;
      if (!isAgain) this.datapath.executor.output(state, skb, to);
      else {
        state.skb = skb;
        set32(state.key, AT.inPort, to);
        this.run(program, site);
      }
    }
    this.depth--;
    return true;
  }

  private run(program: Attachment<"ovs-port-miss">, site: Forwarding): void {
    const { observer, ledger } = this.world;
    const skb = site.state!.skb!;
    site.dataAddress = skb.data;
    site.length = skb.length;
    site.hasForwarded = false;
    const { verdict } = program.run(skb, site);
    if (observer.tracing) {
      const { hook, slot, outcome } = program;
      observer.trace(skb, this.datapath.name, `${hook.name} ${slot.name}: ${hook.outcomes[outcome]!.name}`);
    }
    if (verdict === "drop") ledger.drop(skb, this.datapath.name, "OVS_FLOW_MISS");
  }
}
