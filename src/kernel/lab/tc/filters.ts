import { swap16 } from "../../../bpf/network-order.ts";
import { NetlinkAttributes } from "../../netlink/netlink-attributes.ts";
import type { Answer, RouteSocket } from "../../netlink/route-socket.ts";
import {
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  TC_MESSAGE,
  TCA,
  type TcSubject,
  tcMessage,
} from "../../netlink/tc-message.ts";
import type { Code } from "../code.ts";
import { encodeActions, type LabAction } from "./actions.ts";

/** A filter in the kernel's terms. */
export interface LabFilter {
  /** Index of the device. */
  readonly device: number;
  /** Where it hangs: the handle of a qdisc, or a side of clsact. */
  readonly parent: number;
  readonly priority: number;
  /** Ethertype. */
  readonly protocol: number;
  readonly chain: number;
  readonly handle: number;
  readonly classid: number;
  readonly directAction: boolean;
  /** Absent: it matches everything. */
  readonly code?: Code;
  readonly actions: readonly LabAction[];
}

/** TCA_BPF_* */
const BPF = { actions: 1, classid: 3, length: 4, instructions: 5, descriptor: 6, name: 7, flags: 8 } as const;
const DIRECT_ACTION = 1;
/** TCA_U32_* */
const U32 = { classid: 1, selector: 5, actions: 7 } as const;
/** struct tc_u32_sel without keys: matches everything, and ends the search (TC_U32_TERMINAL). */
const EVERYTHING = Buffer.from([1, ...Buffer.alloc(15)]);

/** Takes a filter out. */
export function removeFilter(socket: RouteSocket, filter: LabFilter): Answer {
  return socket.request(TC_MESSAGE.deleteFilter, 0, tcMessage(subjectOf(filter), named(filter)));
}

/** Adds a filter; with `replaces`, puts it in the place of the one with its handle. */
export function putFilter(socket: RouteSocket, filter: LabFilter, replaces = false): Answer {
  const { code } = filter;
  const attributes = named(filter).nested(TCA.options, code === undefined ? everything(filter) : bpf(filter, code));
  return socket.request(
    TC_MESSAGE.newFilter,
    replaces ? NLM_F_REPLACE : NLM_F_CREATE | NLM_F_EXCL,
    tcMessage(subjectOf(filter), attributes),
  );
}

/** A filter that matches everything is alone at its priority, where u32 gives it a handle of its own. */
function subjectOf({ device: index, parent, priority, protocol, handle, code }: LabFilter): TcSubject {
  const info = (priority << 16) | swap16(protocol);
  return { index, parent, info, ...(code !== undefined && { handle }) };
}

/** A kernel without matchall may have u32, which every kernel with filters has had. */
function named({ code, chain }: LabFilter): NetlinkAttributes {
  return new NetlinkAttributes().text(TCA.kind, code === undefined ? "u32" : "bpf").words(TCA.chain, chain);
}

function bpf({ classid, directAction, actions }: LabFilter, code: Code): NetlinkAttributes {
  const options = new NetlinkAttributes();
  if (code.kind === "classic")
    options.short(BPF.length, code.instructions.length / 8).bytes(BPF.instructions, code.instructions);
  else options.words(BPF.descriptor, code.descriptor).text(BPF.name, code.name);
  if (classid !== 0) options.words(BPF.classid, classid);
  if (directAction) options.words(BPF.flags, DIRECT_ACTION);
  if (actions.length > 0) options.nested(BPF.actions, encodeActions(actions));
  return options;
}

function everything({ classid, actions }: LabFilter): NetlinkAttributes {
  const options = new NetlinkAttributes().bytes(U32.selector, EVERYTHING);
  if (classid !== 0) options.words(U32.classid, classid);
  if (actions.length > 0) options.nested(U32.actions, encodeActions(actions));
  return options;
}
