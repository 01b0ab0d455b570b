import { type CurrentTask, IDLE_TASK } from "../../bpf/helpers/surroundings.ts";
import { findEvent } from "../../events/catalogue.ts";
import { nameOf } from "../../events/event-format.ts";
import { FUNCTION } from "../../events/functions.ts";
import type { ByteStore } from "../../packet/bytestore.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import { CallFrames, type FunctionProbe, PT_REGS } from "./call-frames.ts";
import { EventPoint } from "./event-point.ts";
import { EventRecord } from "./event-record.ts";
import { KernelObjects, type TracedDevice } from "./kernel-objects.ts";
import { PacketEvents } from "./packet-events.ts";
import { ProcessEvents } from "./process-events.ts";
import { ScheduleEvents } from "./schedule-events.ts";
import { SwitchEvents } from "./switch-events.ts";
import { TcpEvents } from "./tcp-events.ts";
import { XdpEvents } from "./xdp-events.ts";

/** Room behind an event's fields for its texts. */
const TEXTS = 64;
/** struct bpf_perf_event_data (x86-64): registers, then the period and an address. */
const SAMPLE_BYTES = 184;
const SAMPLE_PERIOD = 168;
/** Arguments of a raw tracepoint, 8 bytes each. */
const RAW_BYTES = 96;

/** Places that only some runs have programs at: undefined where there are none. */
export interface EventPoints {
  /** The tracepoint `SYSTEM:NAME`. */
  tracepoint(name: string): EventPoint | undefined;
  /** The same by NAME, as raw tracepoints have it. */
  raw(name: string): EventPoint | undefined;
}

/**
 * Where the simulated kernels tell what they do, to programs that trace them. Code that has something to tell looks at `isOn` first: as
 * long as nothing is attached, that look is all it costs.
 */
export class KernelEvents {
  /** Some program is attached to an event. */
  isOn = false;
  /** Who runs; packets are received by nobody in particular. */
  task: CurrentTask = IDLE_TASK;
  readonly frames: CallFrames;
  readonly objects: KernelObjects;
  readonly packets: PacketEvents;
  readonly tcp: TcpEvents;
  readonly processes: ProcessEvents;
  readonly schedule: ScheduleEvents;
  readonly xdp: XdpEvents;
  readonly switches: SwitchEvents;
  private readonly tracepoints = new Map<string, EventPoint>();
  private readonly raws = new Map<string, EventPoint>();
  private readonly edges = new Map<string, EventPoint>();
  private readonly memory: ByteStore;

  constructor(memory: ByteStore) {
    this.memory = memory;
    this.frames = new CallFrames(memory);
    this.objects = new KernelObjects(memory);
    this.packets = new PacketEvents(this);
    this.tcp = new TcpEvents(this);
    this.processes = new ProcessEvents(this);
    this.schedule = new ScheduleEvents(this);
    this.xdp = new XdpEvents(this);
    this.switches = new SwitchEvents(this);
  }

  /** A function of the data path begins to work on a packet that is at a device. */
  begin(fn: number, node: string, skb: Skb, device: TracedDevice): void {
    const { frames, objects } = this;
    if (!frames.isProbed(fn)) {
      frames.enter(fn, node);
      return;
    }
    const at = objects.skb(skb, device);
    switch (fn) {
      case FUNCTION.ip_rcv:
      case FUNCTION.ipv6_rcv:
      case FUNCTION.arp_rcv: {
        const own = objects.device(device);
        const protocol = fn === FUNCTION.ip_rcv ? "ip_rcv" : fn === FUNCTION.ipv6_rcv ? "ipv6_rcv" : "arp_rcv";
        frames.enter(fn, node, at, own, objects.packetType(protocol), own);
        break;
      }
      case FUNCTION.dev_hard_start_xmit:
        frames.enter(fn, node, at, objects.device(device), objects.deviceQueue(device));
        break;
      default:
        frames.enter(fn, node, at);
    }
  }

  /** A function ends, which began last. */
  end(fn: number, node: string): void {
    this.frames.leave(fn, node);
  }

  /** The place of programs at a tracepoint, `SYSTEM:NAME`, which exists. */
  tracepoint(name: string): EventPoint {
    let point = this.tracepoints.get(name);
    if (point === undefined) {
      const format = findEvent(name)!;
      point = new EventPoint(new EventRecord(this.memory, format.size + TEXTS));
      this.tracepoints.set(nameOf(format), point);
    }
    this.switchOn();
    return point;
  }

  /** The place of programs at a raw tracepoint, by NAME alone. */
  raw(name: string): EventPoint {
    let point = this.raws.get(name);
    if (point === undefined) {
      point = new EventPoint(new EventRecord(this.memory, RAW_BYTES));
      this.raws.set(name, point);
    }
    this.switchOn();
    return point;
  }

  /** The place of programs at a function's beginning or end. */
  function(kind: FunctionProbe, number: number): EventPoint {
    this.switchOn();
    return this.frames.point(kind, number);
  }

  /** A place of programs that sample. */
  timer(): EventPoint {
    this.switchOn();
    return new EventPoint(new EventRecord(this.memory, SAMPLE_BYTES));
  }

  /** Takes a sample on a node each so many nanoseconds, as long as anything else goes on and somebody is told. */
  sample(point: EventPoint, node: string, period: number, simulation: Simulation): void {
    point.record.set64(SAMPLE_PERIOD, period);
    const handler = {
      run: () => {
        if (!this.isOn) return;
        point.fire(node);
        simulation.background(simulation.now + period, handler);
      },
    };
    simulation.background(simulation.now + period, handler);
  }

  /** The place of programs that run before the first event, or after the last. */
  edge(name: string): EventPoint {
    let point = this.edges.get(name);
    if (point === undefined) {
      point = new EventPoint(new EventRecord(this.memory, PT_REGS.bytes));
      this.edges.set(name, point);
    }
    return point;
  }

  /** From now on there is somebody to tell. */
  switchOn(): void {
    this.isOn = true;
    const points: EventPoints = {
      tracepoint: (name) => this.tracepoints.get(name),
      raw: (name) => this.raws.get(name),
    };
    const { packets, tcp, processes, schedule, xdp, switches } = this;
    for (const group of [packets, tcp, processes, schedule, xdp, switches]) group.find(points);
  }
}
