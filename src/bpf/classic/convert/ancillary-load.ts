import { type Emitter, REGISTER } from "./emitter.ts";
import { KERNEL_FUNCTIONS, type KernelFunctionName } from "./kernel-functions.ts";
import { NET_DEVICE, PACKET_TYPE_MASK, SK_BUFF } from "./sk-buff.ts";

const { a, argument, temporary, context, x } = REGISTER;

/** What the loads of SKF_AD_ offsets become, by offset: convert_bpf_extensions of net/core/filter.c. */
const ANCILLARY: ReadonlyMap<number, (to: Emitter) => void> = new Map([
  [0, (to) => networkOrder(to, SK_BUFF.protocol)],
  [
    4,
    (to) => {
      to.load(1, a, context, SK_BUFF.packetType);
      to.alu(32, "and", a, { imm: PACKET_TYPE_MASK });
    },
  ],
  [8, (to) => ofDevice(to, 4, NET_DEVICE.ifindex)],
  [12, (to) => result(to, "bpf_skb_get_nlattr")],
  [16, (to) => result(to, "bpf_skb_get_nlattr_nest")],
  [20, (to) => to.load(4, a, context, SK_BUFF.mark)],
  [24, (to) => to.load(2, a, context, SK_BUFF.queueMapping)],
  [28, (to) => ofDevice(to, 2, NET_DEVICE.type)],
  [32, (to) => to.load(4, a, context, SK_BUFF.hash)],
  [36, (to) => result(to, "bpf_get_raw_cpu_id")],
  [40, (to) => to.alu(32, "xor", a, { src: x })],
  [44, (to) => to.load(2, a, context, SK_BUFF.vlanTci)],
  [
    48,
    (to) => {
      to.load(4, a, context, SK_BUFF.vlanAll);
      to.branch("eq", a, { imm: 0 }, to.index + 2);
      to.alu(32, "mov", a, { imm: 1 });
    },
  ],
  [52, (to) => result(to, "bpf_skb_get_pay_offset")],
  [56, (to) => result(to, "bpf_user_rnd_u32")],
  [60, (to) => networkOrder(to, SK_BUFF.vlanProtocol)],
] as [number, (to: Emitter) => void][]);

/** Emits the ancillary load of that SKF_AD_ offset. */
export function ancillaryLoadInto(to: Emitter, offset: number): void {
  ANCILLARY.get(offset)!(to);
}

function networkOrder(to: Emitter, field: number): void {
  to.load(2, a, context, field);
  to.toHost(16, a);
}

/** Without a device the program ends with what is in A. */
function ofDevice(to: Emitter, bytes: 2 | 4, field: number): void {
  to.load(8, temporary, context, SK_BUFF.device);
  to.branch("ne", temporary, { imm: 0 }, to.index + 2);
  to.exit();
  to.load(bytes, a, temporary, field);
}

/** A = the function's result, of the context, A and X. */
function result(to: Emitter, name: KernelFunctionName): void {
  to.alu(64, "mov", argument, { src: context });
  to.alu(64, "mov", argument + 1, { src: a });
  to.alu(64, "mov", argument + 2, { src: x });
  to.call(KERNEL_FUNCTIONS[name]);
}
