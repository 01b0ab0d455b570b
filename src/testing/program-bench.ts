import type { DataStart } from "../bpf/filter/data-start.ts";
import { oneCpu } from "../bpf/maps/map-place.ts";
import { BpfSyscall } from "../bpf/syscall.ts";
import { Machine } from "../bpf/vm/machine.ts";
import { LinearMemory } from "../bpf/vm/memory.ts";
import { Contexts } from "../hooks/contexts.ts";
import { KernelObjects } from "../hooks/events/kernel-objects.ts";
import type { HookAt } from "../hooks/hook.ts";
import { SEES_FRAMES } from "../hooks/places.ts";
import { SocketRecords } from "../hooks/socket-records.ts";
import { minorOf } from "../hooks/tc/verdict.ts";
import { HEADROOM } from "../hooks/xdp/xdp-block.ts";
import type { Skb } from "../packet/skb.ts";
import { SkbPool } from "../packet/skb-pool.ts";
import type { Attachment } from "../programs/attachment.ts";
import type { ProgramRunner } from "../programs/engine.ts";
import type { ProgramLanguage } from "../programs/language.ts";
import { MapTable } from "../programs/map-table.ts";
import { ProgramLoader } from "../programs/program-loader.ts";
import { ProgramTable } from "../programs/program-table.ts";
import type { Registry } from "../registry.ts";
import { Random } from "../simulation/random.ts";
import { arrive, dataAddress } from "./arrival.ts";
import { CONTEXT_FIELDS, type ContextValues, contextValues, PKT_TYPE } from "./context-fields.ts";
import { type FlowKeys, flowKeysAt } from "./flow-keys.ts";
import { MapReset } from "./map-reset.ts";
import type { ProgramRun, ProgramTest } from "./model.ts";

/** What runs on a bench, and where. */
export type BenchSetup = Pick<ProgramTest, "topology" | "hook" | "settings" | "attachment">;

/** A place for a program to run in, without a network: every packet is as if nothing had been before it. */
export class ProgramBench {
  readonly maps: MapTable;
  readonly programs: ProgramTable;
  private readonly pool: SkbPool;
  private readonly attachment: Attachment;
  private readonly test: BenchSetup;
  private readonly reset: MapReset;
  private readonly flowKeys: FlowKeys | undefined;
  private readonly start: DataStart;
  /** What the place itself puts into packets. */
  private readonly atPlace: ContextValues;

  /** Loads the program with its maps. Throws a NetsimError where it is refused. */
  constructor(test: BenchSetup, engine: ProgramRunner, languages: Registry<ProgramLanguage>) {
    const { topology, hook, settings, attachment } = test;
    this.test = test;
    this.flowKeys = flowKeysAt(hook.place);
    // A direct-action program finds its filter's own class (cls_bpf_classify).
    const { directAction, classid } = settings;
    this.start = hook.dataStart ?? settings.dataStart;
    this.atPlace = contextValues(directAction ? { tc_classid: minorOf(classid) } : {});
    const memory = new LinearMemory();
    this.pool = new SkbPool(memory);
    const machine = new Machine(memory);
    const syscall = new BpfSyscall(oneCpu(machine));
    const commands = engine.maps ?? syscall;
    this.maps = new MapTable(topology.maps, commands);
    const contexts = new Contexts({
      machine,
      maps: syscall,
      pool: this.pool,
      redirect: { ifindex: 0, ingress: false },
      sockets: new SocketRecords(machine, new KernelObjects(memory)),
      flowSeed: new Random(topology.seed, "flow hash").uint32(),
      chance: new Random(topology.seed, "programs"),
      now: () => 0,
      // Time stands still on a bench: timers never come due, and nobody reads what is printed.
      schedule: () => () => {},
      print: () => {},
    });
    const loader = new ProgramLoader(engine, machine, this.maps, syscall);
    this.programs = new ProgramTable(topology, languages, loader, contexts, this.maps);
    const attached = this.programs.attach(attachment, hook as HookAt<"socket">, this.start);
    this.programs.finish();
    // Why there is none `finish` has told.
    this.attachment = attached as unknown as Attachment;
    this.reset = new MapReset(commands, this.maps);
  }

  /** The memory that packets lie in. */
  get bytes(): Uint8Array {
    return this.pool.store.bytes;
  }

  /** Puts maps back to what they hold at the start of each case. */
  resetMaps(): void {
    this.reset.reset();
  }

  /**
   * Runs the program on a packet and hands over what came of it.
   * @param bytes packet from `start` on, of `length` bytes.
   * @param arrived looks at the packet before the program does.
   */
  run<T>(
    { bytes, start, length, linkType }: PacketAt,
    fields: readonly ContextValues[],
    look: (run: ProgramRun) => T,
    arrived?: (skb: Skb) => void,
  ): T {
    const { pool, attachment, test, flowKeys } = this;
    const { directAction, classid, configured, minimum } = test.settings;
    const skb = arrive(
      pool,
      bytes,
      start,
      length,
      linkType,
      [this.atPlace, ...fields],
      SEES_FRAMES.includes(test.hook.place),
    );
    try {
      arrived?.(skb);
      flowKeys?.take(pool.store.bytes, skb);
      const address = dataAddress(skb, this.start);
      const site = {
        dataAddress: address,
        length: skb.data + skb.length - address,
        minimum,
        host: undefined,
        queue: skb.queue,
        egressIfindex: 0,
        headroom: HEADROOM,
        directAction,
        classid,
        configured,
        exportKeys: flowKeys?.exportKeys,
      };
      const verdict = attachment.run(skb, site);
      return look(runOf(attachment, verdict, skb, pool));
    } finally {
      pool.release(skb);
    }
  }
}

/** Where a packet lies. */
export interface PacketAt {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly length: number;
  /** LINKTYPE_ value. */
  readonly linkType: number;
}

function runOf(
  { hook, outcome, returnValue }: Attachment,
  verdict: Attachment["verdict"],
  skb: Skb,
  pool: SkbPool,
): ProgramRun {
  const { length = 0, action = 0, classid = 0 } = verdict as { length?: number; action?: number; classid?: number };
  return {
    returnValue,
    verdict: hook.outcomes[outcome]!.name,
    length,
    action: typeof action === "number" ? action : 0,
    classid,
    field: (name) => (name === "pkt_type" ? PKT_TYPE : CONTEXT_FIELDS[name]!).get(skb),
    words: skb.cb,
    bytes: () => pool.store.bytes.slice(skb.data, skb.data + skb.length),
  };
}
