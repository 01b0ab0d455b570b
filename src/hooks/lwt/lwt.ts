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
      {
        name: "ok",
        row: {
          returns: direction === "xmit" ? "BPF_OK 0" : "BPF_OK 0, and BPF_REDIRECT 7, which only xmit can do",
          does: "goes on",
          fate: "goes on",
        },
      },
      { name: "dropped", row: { returns: "BPF_DROP 2", does: "dropped, and the sender gets EPERM", fate: "lost" } },
      {
        name: "redirected",
        row: { returns: "BPF_REDIRECT 7", does: "goes where bpf_redirect said", fate: "elsewhere" },
      },
      {
        name: "rerouted",
        row: {
          returns: "BPF_LWT_REROUTE 128",
          does: direction === "out" ? "goes on" : "routed anew by its destination",
          fate: direction === "out" ? "goes on" : "open",
        },
      },
      { name: "invalid", within: "dropped", row: { returns: "anything else", does: "dropped", fate: "lost" } },
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
