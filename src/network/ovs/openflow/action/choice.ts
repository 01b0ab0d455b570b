import type { HashFields } from "../../flow/hash-fields.ts";
import { formatSubfield, parseSubfield, type Subfield } from "../field/subfield.ts";
import { formatPort, parsePort } from "../ports.ts";
import { splitKeyValues } from "../text/key-values.ts";
import { unsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { bundle, multipath } from "../translate/choice.ts";
import type { Action, ActionContext, ActionFamily } from "./action.ts";

/** Hashes the flow and writes which of `links` it means into a field. */
export interface MultipathAction extends Action {
  readonly kind: "multipath";
  readonly fields: HashFields;
  readonly basis: number;
  readonly algorithm: "modulo_n" | "hash_threshold" | "hrw" | "iter_hash";
  readonly links: number;
  readonly argument: number;
  readonly destination: Subfield;
}

/** Hashes the flow and outputs to one of the members that are up, or writes its number into a field. */
export interface BundleAction extends Action {
  readonly kind: "bundle";
  readonly fields: HashFields;
  readonly basis: number;
  readonly algorithm: "active_backup" | "hrw";
  readonly members: readonly number[];
  readonly destination: Subfield | undefined;
}

const FIELDS: readonly HashFields[] = [
  "eth_src",
  "symmetric_l4",
  "symmetric_l3l4",
  "symmetric_l3l4+udp",
  "nw_src",
  "nw_dst",
  "symmetric_l3",
];
const MULTIPATH = ["modulo_n", "hash_threshold", "hrw", "iter_hash"] as const;
const BUNDLE = ["active_backup", "hrw"] as const;

function oneOf<T extends string>(piece: Piece, known: readonly T[], what: string, whole: Piece): T {
  const found = known.find((one) => one === piece.text);
  if (found !== undefined) return found;
  throw new FlowSyntaxError(
    `${whole.text}: unknown ${what} \`${piece.text}'`,
    piece,
    `One of ${known.join(", ")} is expected.`,
  );
}

export const MULTIPATH_FAMILY: ActionFamily<MultipathAction> = {
  kind: "multipath",
  names: {
    multipath: ({ value }) => {
      const parts = splitKeyValues(value).map(({ whole }) => whole);
      if (parts.length < 6) throw new FlowSyntaxError(`${value.text}: not enough arguments to multipath action`, value);
      const links = unsigned(parts[3]!, "number of links", 17);
      const destination = parseSubfield(parts[5]!, "write");
      if (links < 1 || links > 65536)
        throw new FlowSyntaxError(`${value.text}: n_links ${links} is not in valid range 1 to 65536`, parts[3]!);
      if (destination.bits < 16 && links > 2 ** destination.bits)
        throw new FlowSyntaxError(
          `${value.text}: ${destination.bits}-bit destination field has ${2 ** destination.bits} possible values, less than specified n_links ${links}`,
          parts[5]!,
        );
      return {
        kind: "multipath",
        fields: oneOf(parts[0]!, FIELDS, "fields", value),
        basis: unsigned(parts[1]!, "basis", 16),
        algorithm: oneOf(parts[2]!, MULTIPATH, "algorithm", value),
        links,
        argument: unsigned(parts[4]!, "argument", 32),
        destination,
      };
    },
  },
  format: ({ fields, basis, algorithm, links, argument, destination }) =>
    `multipath(${fields},${basis},${algorithm},${links},${argument},${formatSubfield(destination)})`,
  translate: (action, translation) => multipath(translation, action),
  fields: ({ destination }) => [destination.field],
};

function parseBundle(value: Piece, isLoad: boolean, { ports }: ActionContext): BundleAction {
  const at = /(?:^|[,\s])(?:members|slaves):/.exec(value.text);
  const head = at === null ? value : { text: value.text.slice(0, at.index), at: value.at };
  const parts = splitKeyValues(head).map(({ whole }) => whole);
  if (at === null || parts.length < (isLoad ? 5 : 4))
    throw new FlowSyntaxError(`${value.text}: not enough arguments to bundle action`, value);
  if (parts[3]!.text !== "ofport")
    throw new FlowSyntaxError(
      `${value.text}: unknown member_type \`${parts[3]!.text}'`,
      parts[3]!,
      "ofport is expected.",
    );
  if (parts.length !== (isLoad ? 5 : 4))
    throw new FlowSyntaxError(
      `${value.text}: missing member delimiter, expected \`members', got \`${parts[isLoad ? 5 : 4]!.text}'`,
      parts[isLoad ? 5 : 4]!,
      "members: is expected.",
    );
  const from = at.index + at[0].length;
  const members = splitKeyValues({ text: value.text.slice(from), at: value.at + from });
  return {
    kind: "bundle",
    fields: oneOf(parts[0]!, FIELDS, "fields", value),
    basis: unsigned(parts[1]!, "basis", 16),
    algorithm: oneOf(parts[2]!, BUNDLE, "algorithm", value),
    members: members.map(({ whole }) => parsePort(whole, ports, `${whole.text}: bad port number`)),
    destination: isLoad ? loaded(parts[4]!) : undefined,
  };
}

/** Where a member's number goes: it has 16 bits. */
function loaded(piece: Piece): Subfield {
  const destination = parseSubfield(piece, "write");
  if (destination.bits < 16)
    throw new FlowSyntaxError(`${piece.text}: fewer than 16 bits for a port (OFPBAC_BAD_ARGUMENT)`, piece);
  return destination;
}

export const BUNDLE_FAMILY: ActionFamily<BundleAction> = {
  kind: "bundle",
  names: {
    bundle: ({ value }, context) => parseBundle(value, false, context),
    bundle_load: ({ value }, context) => parseBundle(value, true, context),
  },
  format({ fields, basis, algorithm, members, destination }) {
    const load = destination === undefined ? "" : `,${formatSubfield(destination)}`;
    const name = destination === undefined ? "bundle" : "bundle_load";
    return `${name}(${fields},${basis},${algorithm},ofport${load},members:${members.map(formatPort).join(",")})`;
  },
  translate: (action, translation, isLast) => bundle(translation, action, isLast),
};
