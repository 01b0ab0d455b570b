import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { helper32 } from "../../helpers/helper32.ts";
import type { NextHop } from "../../program-network.ts";
import type { RedirectInfo } from "../../services.ts";
import { TC_ACT } from "../../tc/verdict.ts";
import type { HelperGroup } from "./packet-helpers.ts";

/** BPF_F_INGRESS */
const INGRESS = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** Bytes of struct bpf_redir_neigh. */
const NEXT_HOP_BYTES = 20;

/** Sending packets to other devices (net/core/filter.c: bpf_redirect, bpf_redirect_peer, bpf_redirect_neigh, bpf_clone_redirect). */
export const redirectHelpers: HelperGroup = (running, { redirect, machine }): ReadonlyMap<number, HostFunction> => {
  /** Notes where the packet goes should the program answer REDIRECT. */
  const note = (ifindex: number, by: RedirectInfo["by"], nextHop?: NextHop): number => {
    redirect.ifindex = ifindex >>> 0;
    redirect.ingress = false;
    redirect.by = by;
    redirect.nextHop = nextHop;
    return TC_ACT.REDIRECT;
  };
  /** struct bpf_redir_neigh: a family, and the address of the next hop. A family that is none leads nowhere. */
  const readNextHop = (at: number): NextHop => {
    const { bytes } = machine.memory;
    const family = machine.memory.uint32(at) === AF_INET6 ? 6 : 4;
    const isKnown = family === 6 || machine.memory.uint32(at) === AF_INET;
    const length = family === 6 ? 16 : isKnown ? 4 : 0;
    return { family, address: bytes.slice(at + 4, at + 4 + length) };
  };
  return new Map([
    helper32(23, "bpf_redirect", 2, "signed", (ifindex, flags) => {
      if ((flags! & ~INGRESS) !== 0) return TC_ACT.SHOT;
      note(ifindex!, undefined);
      redirect.ingress = (flags! & INGRESS) !== 0;
      return TC_ACT.REDIRECT;
    }),
    helper32(155, "bpf_redirect_peer", 2, "signed", (ifindex, flags) =>
      flags === 0 ? note(ifindex!, "peer") : TC_ACT.SHOT,
    ),
    helper32(152, "bpf_redirect_neigh", 4, "signed", (ifindex, parameters, bytes, flags) => {
      if (flags !== 0 || (bytes !== 0 && bytes! < NEXT_HOP_BYTES)) return TC_ACT.SHOT;
      return note(ifindex!, "neighbour", bytes === 0 ? undefined : readNextHop(parameters! >>> 0));
    }),
    helper32(
      13,
      "bpf_clone_redirect",
      3,
      "signed",
      (_context, ifindex, flags) => {
        if ((flags! & ~INGRESS) !== 0) return -ERRNO.EINVAL;
        const { skb, host } = running.block;
        // What test runs are given (convert___skb_to_skb).
        if (skb!.segmentSize !== 0 && skb!.segmentType === 0) return -ERRNO.EBADMSG;
        if (host === undefined || !host.hasDevice(ifindex! >>> 0)) return -ERRNO.EINVAL;
        const copy = host.copy(skb!);
        // What the program has written goes along.
        running.flush(copy);
        return host.redirect(copy, ifindex! >>> 0, (flags! & INGRESS) !== 0);
      },
      { reenters: true },
    ),
  ]);
};
