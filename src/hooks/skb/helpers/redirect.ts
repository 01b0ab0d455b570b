import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { helper32 } from "../../helpers/helper32.ts";
import { TC_ACT } from "../../tc/verdict.ts";
import type { HelperGroup } from "./packet-helpers.ts";

/** BPF_F_INGRESS */
const INGRESS = 1;

/** Sending packets to other devices (net/core/filter.c, bpf_redirect, bpf_clone_redirect). */
export const redirectHelpers: HelperGroup = (running, { redirect }): ReadonlyMap<number, HostFunction> =>
  new Map([
    helper32(23, "bpf_redirect", 2, "signed", (ifindex, flags) => {
      if ((flags! & ~INGRESS) !== 0) return TC_ACT.SHOT;
      redirect.ifindex = ifindex! >>> 0;
      redirect.ingress = (flags! & INGRESS) !== 0;
      return TC_ACT.REDIRECT;
    }),
    helper32(
      13,
      "bpf_clone_redirect",
      3,
      "signed",
      (_context, ifindex, flags) => {
        if ((flags! & ~INGRESS) !== 0) return -ERRNO.EINVAL;
        const { skb, host } = running.block;
        if (host === undefined || !host.hasDevice(ifindex! >>> 0)) return -ERRNO.EINVAL;
        const copy = host.copy(skb!);
        // What the program has written goes along.
        running.flush(copy);
        host.redirect(copy, ifindex! >>> 0, (flags! & INGRESS) !== 0);
        return 0;
      },
      { reenters: true },
    ),
  ]);
