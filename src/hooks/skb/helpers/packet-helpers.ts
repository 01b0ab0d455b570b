import type { ProgramType } from "../../../bpf/program-type.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import type { Skb } from "../../../packet/skb.ts";
import { baseHelpers } from "../../helpers/base-helpers.ts";
import { routeHelpers } from "../../helpers/route-helpers.ts";
import type { HookServices } from "../../services.ts";
import type { SkBuffBlock } from "../sk-buff-block.ts";
import { byteHelpers } from "./bytes.ts";
import { encapHelpers } from "./encap.ts";
import { markHelpers } from "./marks.ts";
import { redirectHelpers } from "./redirect.ts";
import { roomHelpers } from "./room.ts";
import { shapeHelpers } from "./shape.ts";
import { storeHelpers } from "./store.ts";
import { timeHelpers } from "./time.ts";
import { tunnelHelpers } from "./tunnel.ts";
import { vlanHelpers } from "./vlan.ts";

/** Where helpers find the packet of the program that is running. */
export interface RunningProgram {
  readonly block: SkBuffBlock;
  /** Shows the packet anew in the block, after a helper has changed it; its data begins at `skb.data`. */
  refresh(): void;
  /** Takes over into a copy of the packet what the program has written into the block. */
  flush(copy: Skb): void;
}

/** A group of helpers on packets, by their numbers. */
export type HelperGroup = (running: RunningProgram, services: HookServices) => ReadonlyMap<number, HostFunction>;

const GROUPS: readonly HelperGroup[] = [
  byteHelpers,
  encapHelpers,
  markHelpers,
  redirectHelpers,
  roomHelpers,
  shapeHelpers,
  storeHelpers,
  timeHelpers,
  tunnelHelpers,
  vlanHelpers,
];

/** Number of bpf_skb_store_bytes. */
const STORE_BYTES = 9;

/** The helpers that are simulated of those that programs of the type may call. */
export function packetHelpers(
  { helpers }: ProgramType,
  services: HookServices,
  running: RunningProgram,
): ReadonlyMap<number, HostFunction> {
  const own = new Map(GROUPS.flatMap((group) => [...group(running, services)]));
  const store = own.get(STORE_BYTES)!.call as (context: number, ...rest: number[]) => number;
  const all = [
    ...baseHelpers(running, services, {
      storePacketBytes: (offset, from, length, flags) => store(0, offset, from, length, flags),
    }),
    ...routeHelpers(running, services, "skb"),
    ...own,
  ];
  return new Map(all.filter(([number]) => helpers.has(number)));
}
