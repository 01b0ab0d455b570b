import type { ProgramType } from "../../../bpf/program-type.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { baseHelpers } from "../../helpers/base-helpers.ts";
import { routeHelpers } from "../../helpers/route-helpers.ts";
import type { HookServices } from "../../services.ts";
import type { XdpBlock } from "../xdp-block.ts";
import { adjustHelpers } from "./adjust.ts";
import { frameByteHelpers } from "./bytes.ts";
import { xdpRedirectHelpers } from "./redirect.ts";

/** Where helpers find the frame of the program that is running. */
export interface RunningXdpProgram {
  readonly block: XdpBlock;
}

/** A group of helpers on frames, by their numbers. */
export type XdpHelperGroup = (running: RunningXdpProgram, services: HookServices) => ReadonlyMap<number, HostFunction>;

const GROUPS: readonly XdpHelperGroup[] = [adjustHelpers, frameByteHelpers, xdpRedirectHelpers];

/** The helpers that are simulated of those that XDP programs may call. */
export function xdpHelpers(
  { helpers }: ProgramType,
  services: HookServices,
  running: RunningXdpProgram,
): ReadonlyMap<number, HostFunction> {
  const all = [
    ...baseHelpers(running, services),
    ...routeHelpers(running, services, "xdp"),
    ...GROUPS.flatMap((group) => [...group(running, services)]),
  ];
  return new Map(all.filter(([number]) => helpers.has(number)));
}
