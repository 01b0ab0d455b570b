import type { HookPlace } from "../../hooks/places.ts";
import type { Rule } from "../rule.ts";

const [XDP_REDIRECT, TC_ACT_REDIRECT] = [4, 7];
/** bpf_redirect, bpf_redirect_map, bpf_redirect_neigh, bpf_redirect_peer, and bpf_tail_call, whose callee goes on with what was said. */
const SAYING_WHERE: readonly number[] = [23, 51, 152, 155];

const AT: Readonly<Partial<Record<HookPlace, number>>> = {
  xdp: XDP_REDIRECT,
  "tc-filter": TC_ACT_REDIRECT,
  "tc-action": TC_ACT_REDIRECT,
  "tcx-ingress": TC_ACT_REDIRECT,
  "tcx-egress": TC_ACT_REDIRECT,
  "lwt-xmit": TC_ACT_REDIRECT,
  "ovs-flow-hit": TC_ACT_REDIRECT,
  "ovs-flow-miss": TC_ACT_REDIRECT,
};

/** REDIRECT means what a helper has said; without it there is no device (xdp_do_redirect, skb_do_redirect). */
export const redirectWithoutTarget: Rule = {
  name: "redirect-without-target",
  *check({ uses }) {
    for (const { hook, filter, qdisc, returns, helpers, program, place } of uses) {
      const answer = AT[hook.place];
      if (answer === undefined || !returns.includes(answer) || SAYING_WHERE.some((helper) => helpers.has(helper)))
        continue;
      if (qdisc !== undefined || (hook.place === "tc-filter" && filter?.directAction !== true)) continue;
      yield {
        place,
        message: `'${program}' returns REDIRECT (${answer}) at ${hook.name} and never says where to: such packets are dropped.`,
        hint: "Return what bpf_redirect or bpf_redirect_map gives.",
      };
    }
  },
};

/** Only xmit programs of a route can redirect; elsewhere the answer is an OK (run_lwt_bpf). */
export const redirectIgnored: Rule = {
  name: "redirect-ignored",
  *check({ uses }) {
    for (const { hook, returns, program, place } of uses)
      if ((hook.place === "lwt-in" || hook.place === "lwt-out") && returns.includes(TC_ACT_REDIRECT))
        yield {
          place,
          message: `'${program}' returns BPF_REDIRECT at ${hook.name}, where the packet goes on as with BPF_OK.`,
          hint: "Attach it as the route's `xmit` program.",
        };
  },
};
