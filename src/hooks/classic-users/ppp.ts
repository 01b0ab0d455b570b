import type { HookAt, HostSite, MatchVerdict } from "../hook.ts";

/** The filters of a PPP device (drivers/net/ppp/ppp_generic.c); 0 is no. Their data is a direction, a protocol and the packet. */
function ppp(key: "pass" | "active", description: string, outcomes: readonly [no: string, yes: string]) {
  return {
    name: `ppp-${key}`,
    place: `ppp-${key}`,
    key,
    programTypes: ["classic"],
    description,
    outcomes: outcomes.map((name) => ({ name })),

    interpret(returnValue: number, _site: HostSite, verdict: MatchVerdict): number {
      verdict.matches = returnValue !== 0;
      return verdict.matches ? 1 : 0;
    },
  };
}

export const pppPass = ppp("pass", "Program that decides which packets go through (PPPIOCSPASS).", [
  "dropped",
  "passed",
]) as HookAt<"ppp-pass">;

export const pppActive = ppp(
  "active",
  "Program that decides which packets keep the connection from being idle (PPPIOCSACTIVE).",
  ["ignored", "active"],
) as HookAt<"ppp-active">;
