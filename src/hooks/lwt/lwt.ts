import type { HookAt, HostSite, LwtVerdict } from "../hook.ts";
import { LWT_ACTION } from "./action.ts";

const OK = 0;
const DROPPED = 1;
const REDIRECTED = 2;
const REROUTED = 3;
const INVALID = 4;

const OUTCOME_OF: Readonly<Record<number, number>> = {
  [LWT_ACTION.OK]: OK,
  [LWT_ACTION.DROP]: DROPPED,
  [LWT_ACTION.REDIRECT]: REDIRECTED,
  [LWT_ACTION.REROUTE]: REROUTED,
};

type Direction = "in" | "out" | "xmit";

/** A program on a route (net/core/lwt_bpf.c, run_lwt_bpf). Only `xmit` can redirect; a redirection anywhere else is an OK, and any other answer loses the packet. */
function lwt(direction: Direction, description: string): HookAt<"lwt-xmit"> {
  return {
    name: `lwt-${direction}`,
    place: `lwt-${direction}`,
    key: direction,
    programTypes: [`lwt_${direction}`],
    dataStart: "network",
    description,
    outcomes: [
      { name: "ok" },
      { name: "dropped" },
      { name: "redirected" },
      { name: "rerouted" },
      { name: "invalid", within: "dropped" },
    ],

    interpret(returnValue: number, _site: HostSite, verdict: LwtVerdict): number {
      let outcome = OUTCOME_OF[returnValue] ?? INVALID;
      if (outcome === REDIRECTED && direction !== "xmit") outcome = OK;
      verdict.action = outcome === INVALID ? LWT_ACTION.INVALID : outcome === OK ? LWT_ACTION.OK : returnValue;
      return outcome;
    },
  } as HookAt<"lwt-xmit">;
}

export const lwtIn = lwt("in", "Program on what comes in for the route.") as unknown as HookAt<"lwt-in">;
export const lwtOut = lwt("out", "Program on what leaves by the route.") as unknown as HookAt<"lwt-out">;
export const lwtXmit = lwt("xmit", "Program on what leaves by the route, once only the next hop's MAC is missing.");
