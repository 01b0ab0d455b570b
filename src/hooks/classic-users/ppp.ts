import type { HookAt, MatchVerdict, Outcome, PppSite } from "../hook.ts";
import type { HookServices } from "../services.ts";
import { PppContext } from "./ppp-context.ts";

/** The filters of a PPP device (drivers/net/ppp/ppp_generic.c); 0 is no. Their data is a direction, a protocol and the packet. */
function ppp(key: "pass" | "active", description: string, outcomes: readonly [no: Outcome, yes: Outcome]) {
  return {
    name: `ppp-${key}`,
    place: `ppp-${key}`,
    key,
    programTypes: ["classic"],
    dataStart: "ppp" as const,
    context: (_type: string, services: HookServices) => new PppContext(services),
    description,
    outcomes,

    interpret(returnValue: number, _site: PppSite, verdict: MatchVerdict): number {
      verdict.matches = returnValue !== 0;
      return verdict.matches ? 1 : 0;
    },
  };
}

export const pppPass = ppp("pass", "Program that decides which packets go through (PPPIOCSPASS).", [
  { name: "dropped", row: { returns: "0", does: "dropped", fate: "lost" } },
  { name: "passed", row: { returns: "anything else", does: "goes through", fate: "goes on" } },
]) as HookAt<"ppp-pass">;

export const pppActive = ppp(
  "active",
  "Program that decides which packets keep the connection from being idle (PPPIOCSACTIVE).",
  [
    { name: "ignored", row: { returns: "0", does: "goes through, and the idle time runs on", fate: "goes on" } },
    {
      name: "active",
      row: { returns: "anything else", does: "goes through, and the idle time begins anew", fate: "goes on" },
    },
  ],
) as HookAt<"ppp-active">;
