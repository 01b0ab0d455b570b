import { spawnSync } from "node:child_process";

/** What ovs-ofctl makes of a flow: the flow in its normal form, or what it says against it. */
export type Verdict =
  | { readonly form: string }
  /** It went only through versions of OpenFlow that print actions otherwise. */
  | { readonly isAccepted: true }
  | { readonly refusal: string };

const FORM = /^(?:OFPT|NXT)_FLOW_MOD(?: \(OF1\.\d\))? \(xid=0x[0-9a-f]+\): (ADD.*?) *$/m;
/** What is said of flows that another version may have a place for. */
const OF_A_VERSION = /no usable protocol|^actions are invalid|decode error/;

/** Asks `ovs-ofctl parse-flow`, by OpenFlow 1.5 and, for what has no place there, by the oldest version. */
export function parsedThere(flow: string): Verdict {
  const newest = asked(flow, "OpenFlow15");
  if (!("refusal" in newest) || !OF_A_VERSION.test(newest.refusal)) return newest;
  const oldest = asked(flow, "OpenFlow10");
  return "form" in oldest ? { isAccepted: true } : newest;
}

function asked(flow: string, version: string): { readonly form: string } | { readonly refusal: string } {
  const { stdout, stderr } = spawnSync("ovs-ofctl", ["-O", version, "parse-flow", flow], { encoding: "utf8" });
  const form = FORM.exec(stdout)?.[1];
  if (form !== undefined) return { form };
  const complaint = /^ovs-ofctl: (.*)$/m.exec(stderr)?.[1];
  return { refusal: complaint ?? /decode error: \w+/.exec(stdout)?.[0] ?? "?" };
}

/** Asks `ovs-ofctl parse-group`. */
export function groupThere(group: string): { readonly form: string } | { readonly refusal: string } {
  const { stdout, stderr } = spawnSync("ovs-ofctl", ["-O", "OpenFlow15", "parse-group", group], { encoding: "utf8" });
  const form = /^ ADD (.*)$/m.exec(stdout)?.[1];
  return form === undefined ? { refusal: /^ovs-ofctl: (.*)$/m.exec(stderr)?.[1] ?? "decode error" } : { form };
}
