import { ETHERTYPE } from "../match/protocols.ts";
import { splitKeyValues } from "../text/key-values.ts";
import { parseInteger, unsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { clearActionSet } from "../translate/action-set.ts";
import { clearConnection } from "../translate/conntrack.ts";
import { popMpls, pushMpls } from "../translate/mpls.ts";
import { popQueue } from "../translate/output.ts";
import { popVlanTag, pushVlanTag } from "../translate/tags.ts";
import { decrementMplsTtl, decrementTtl } from "../translate/ttl.ts";
import type { Action, ActionFamily } from "./action.ts";

/** Puts a VLAN tag or a label before what is there, or takes one off. */
export interface TagAction extends Action {
  readonly kind: "push_vlan" | "push_mpls" | "pop_mpls";
  readonly ethertype: number;
}

/** Actions that have nothing more to say than their name. */
export interface PlainAction extends Action {
  readonly kind: "strip_vlan" | "pop_vlan" | "dec_mpls_ttl" | "exit" | "ct_clear" | "clear_actions" | "pop_queue";
}

/** Takes one from the TTL; at 0 or 1 the packet goes to controllers instead. */
export interface DecrementTtlAction extends Action {
  readonly kind: "dec_ttl";
  /** Controllers that are told. */
  readonly controllers: readonly number[];
  /** Written without a list. */
  readonly isPlain: boolean;
}

function ethertype(piece: Piece, what = "ethertype"): number {
  const value = parseInteger(piece.text);
  if (value === undefined || value > 0xffffn)
    throw new FlowSyntaxError(`invalid ${what} "${piece.text}"`, piece, "A type of Ethernet is expected: 0x0800.");
  return Number(value);
}

const isVlan = (type: number) => type === ETHERTYPE.vlan || type === ETHERTYPE.serviceVlan;
const isMpls = (type: number) => type === ETHERTYPE.mpls || type === ETHERTYPE.mplsMulticast;
const format = ({ kind, ethertype }: TagAction) => `${kind}:0x${ethertype.toString(16).padStart(4, "0")}`;

export const PUSH_VLAN: ActionFamily<TagAction> = {
  kind: "push_vlan",
  names: {
    push_vlan: ({ value }) => {
      const type = ethertype(value);
      if (!isVlan(type))
        throw new FlowSyntaxError(`${value.text}: not a valid VLAN ethertype`, value, "0x8100 or 0x88a8 is expected.");
      return { kind: "push_vlan", ethertype: type };
    },
  },
  format,
  translate: ({ ethertype }, translation) => pushVlanTag(translation.flow, translation.wanted, ethertype),
};

export const PUSH_MPLS: ActionFamily<TagAction> = {
  kind: "push_mpls",
  names: {
    push_mpls: ({ value }) => {
      const type = ethertype(value);
      if (!isMpls(type))
        throw new FlowSyntaxError(`${value.text}: not a valid MPLS ethertype`, value, "0x8847 or 0x8848 is expected.");
      return { kind: "push_mpls", ethertype: type };
    },
  },
  format,
  translate: ({ ethertype }, translation) => pushMpls(translation, ethertype),
};

export const POP_MPLS: ActionFamily<TagAction> = {
  kind: "pop_mpls",
  names: { pop_mpls: ({ value }) => ({ kind: "pop_mpls", ethertype: ethertype(value, "pop_mpls") }) },
  format,
  translate: ({ ethertype }, translation) => popMpls(translation, ethertype),
};

function plain(
  kind: PlainAction["kind"],
  names: readonly string[],
  more: Pick<ActionFamily<PlainAction>, "translate"> & Partial<ActionFamily<PlainAction>>,
): ActionFamily<PlainAction> {
  return {
    kind,
    names: Object.fromEntries(names.map((name) => [name, () => ({ kind })])),
    format: () => names[0]!,
    ...more,
  };
}

export const STRIP_VLAN = plain("strip_vlan", ["strip_vlan", "pop_vlan"], {
  translate: (_, translation) => popVlanTag(translation.flow, translation.wanted),
});
/** strip_vlan as later versions of OpenFlow print it; flows are kept with the older name. */
export const POP_VLAN = plain("pop_vlan", ["pop_vlan"], { names: {}, translate: STRIP_VLAN.translate });
export const DEC_MPLS_TTL = plain("dec_mpls_ttl", ["dec_mpls_ttl"], {
  translate: (_, translation) => decrementMplsTtl(translation),
});
export const EXIT = plain("exit", ["exit"], {
  translate: (_, translation) => {
    translation.isLeaving = true;
  },
});
export const CT_CLEAR = plain("ct_clear", ["ct_clear"], {
  translate: (_, translation) => clearConnection(translation),
});
export const CLEAR_ACTIONS = plain("clear_actions", ["clear_actions"], {
  translate: (_, translation) => clearActionSet(translation),
  instruction: 2,
});
export const POP_QUEUE = plain("pop_queue", ["pop_queue"], { translate: (_, translation) => popQueue(translation) });

export const DEC_TTL: ActionFamily<DecrementTtlAction> = {
  kind: "dec_ttl",
  names: {
    dec_ttl: ({ value }) => {
      const ids = splitKeyValues(value).map(({ whole }) => unsigned(whole, "controller id", 16));
      if (ids.length > 0) return { kind: "dec_ttl", controllers: ids, isPlain: false };
      return { kind: "dec_ttl", controllers: [0], isPlain: true };
    },
  },
  format: ({ controllers, isPlain }) => (isPlain ? "dec_ttl" : `dec_ttl(${controllers.join(",")})`),
  translate: ({ controllers }, translation) => decrementTtl(translation, controllers),
};
