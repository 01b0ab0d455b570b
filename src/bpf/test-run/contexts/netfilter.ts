import { ERRNO } from "../../maps/errno.ts";
import { ETHERNET_BYTES, ETHERTYPE, frameProtocol } from "../frame-protocol.ts";
import { asksForMore, isZero, sizeRefusal } from "../given-context.ts";
import type { TestContext, TestRunInput } from "../test-context.ts";
import { LONGEST_PACKET } from "./sk-buff.ts";

/** Bytes of struct bpf_nf_ctx: addresses of the hook's state and of the packet. */
const BYTES = 16;
const FIELD = { state: 0, packet: 8 } as const;
/** struct nf_hook_state, behind it. */
const STATE = BYTES;
const STATE_BYTES = 48;
const IN_DEVICE = 8;
/** What stands for the struct sk_buff, of which netsim has no fields. */
const PACKET = STATE + STATE_BYTES;

const [IPV4, IPV6] = [2, 10];
const LOCAL_OUT = 3;
const [IPV4_HEADER, IPV6_HEADER] = [20, 40];

/** The hook that is asked, and the protocol family there: without a context that of locally sent IPv4 packets. */
const hookOf = (given: Uint8Array | undefined): { readonly hook: number; readonly family: number } =>
  given === undefined ? { hook: LOCAL_OUT, family: IPV4 } : { hook: given[0] ?? 0, family: given[1] ?? 0 };

/** A packet at a hook of netfilter (bpf_prog_test_run_nf); Ethernet frames everywhere but at LOCAL_OUT, where it is an IP packet. */
export const NETFILTER_CONTEXT: TestContext = {
  dataStart: "link",
  layout: { size: BYTES },
  bytes: PACKET + 8,
  pointed: [{ offset: STATE, bytes: STATE_BYTES, writable: false }],

  refusal(input: TestRunInput): number {
    const { data = new Uint8Array(), context } = input;
    if (asksForMore(input) || data.length < IPV4_HEADER || data.length > LONGEST_PACKET) return -ERRNO.EINVAL;
    const refused = context === undefined ? 0 : this.contextRefusal(context, data.length);
    if (refused !== 0) return refused;
    const { hook, family } = hookOf(context);
    if (hook === LOCAL_OUT) return 0;
    if (data.length < ETHERNET_BYTES + IPV4_HEADER) return -ERRNO.EINVAL;
    switch (frameProtocol(data)) {
      case ETHERTYPE.IPV4:
        return family === IPV4 ? 0 : -ERRNO.EINVAL;
      case ETHERTYPE.IPV6:
        return data.length >= ETHERNET_BYTES + IPV6_HEADER && family === IPV6 ? 0 : -ERRNO.EINVAL;
      default:
        return -ERRNO.EPROTO;
    }
  },

  contextRefusal(given: Uint8Array): number {
    const size = sizeRefusal(given, STATE_BYTES);
    if (size !== 0) return size;
    if (!isZero(given, IN_DEVICE, STATE_BYTES)) return -ERRNO.EINVAL;
    const { family } = hookOf(given);
    return family === IPV4 || family === IPV6 ? 0 : -ERRNO.EINVAL;
  },

  fill(memory, context, _packet, _data, _skipped, given) {
    const { hook, family } = hookOf(given);
    memory.bytes.set([hook, family], context + STATE);
    memory.setUint32(context + FIELD.state, context + STATE);
    memory.setUint32(context + FIELD.packet, context + PACKET);
  },

  result: () => ({ data: 0, length: 0 }),
};
