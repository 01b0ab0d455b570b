import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../../../packet/address.ts";
import type { Nat } from "../../datapath/action.ts";
import { formatSubfield, parseSubfield, type Subfield } from "../field/subfield.ts";
import { splitKeyValues } from "../text/key-values.ts";
import { parseInteger } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { trackConnection } from "../translate/conntrack.ts";
import type { Action, ActionContext, ActionFamily } from "./action.ts";
import { parseTable } from "./tables.ts";

/** Sends the packet through connection tracking: ct(...). */
export interface CtAction extends Action {
  readonly kind: "ct";
  readonly isCommit: boolean;
  readonly isForced: boolean;
  readonly zone: number | Subfield;
  /** Table in which a copy of the packet goes on with what is known of its connection. */
  readonly table: number | undefined;
  readonly nat: Nat | undefined;
  /** Writes of ct_mark and ct_label. */
  readonly exec: readonly Action[];
  readonly helper: string | undefined;
}

function parseCt(value: Piece, context: ActionContext): CtAction {
  let ct: CtAction = {
    kind: "ct",
    isCommit: false,
    isForced: false,
    zone: 0,
    table: undefined,
    nat: undefined,
    exec: [],
    helper: undefined,
  };
  for (const { key, value: given } of splitKeyValues(value)) {
    if (key.text === "commit") ct = { ...ct, isCommit: true };
    else if (key.text === "force") ct = { ...ct, isForced: true };
    else if (key.text === "table") ct = { ...ct, table: parseTable(given, `unknown table ${given.text}`) };
    else if (key.text === "zone") ct = { ...ct, zone: parseZone(given) };
    else if (key.text === "alg") ct = { ...ct, helper: parseHelper(given) };
    else if (key.text === "nat") ct = { ...ct, nat: parseNat(given) };
    else if (key.text === "exec") ct = { ...ct, exec: [...ct.exec, ...context.actions(given, "ct")] };
    else
      throw new FlowSyntaxError(
        `invalid argument to "ct" action: \`${key.text}'`,
        key,
        "commit, force, table=, zone=, nat, exec(...) or alg= is expected.",
      );
  }
  if (!ct.isCommit && (ct.exec.length > 0 || ct.nat?.direction !== undefined))
    throw new FlowSyntaxError(
      `${ct.exec.length > 0 ? "exec" : "nat with src or dst"} requires "commit" flag (OFPBAC_BAD_ARGUMENT)`,
      value,
      "ct(commit,...) is expected.",
    );
  if (ct.isForced && !ct.isCommit) throw new FlowSyntaxError('"force" flag requires "commit" flag.', value);
  return ct;
}

function parseZone(piece: Piece): number | Subfield {
  const number = parseInteger(piece.text);
  if (number !== undefined && number <= 0xffffn) return Number(number);
  const zone = parseSubfield(piece, "read");
  if (zone.bits !== 16)
    throw new FlowSyntaxError(`size of ${piece.text} (${zone.bits} bits) does not match 16 bits`, piece);
  return zone;
}

function parseHelper(piece: Piece): string {
  if (piece.text === "ftp" || piece.text === "tftp") return piece.text;
  throw new FlowSyntaxError(`invalid conntrack helper "${piece.text}"`, piece, "ftp or tftp is expected.");
}

function parseNat(value: Piece): Nat {
  let nat: Nat = {};
  for (const { key, value: given } of splitKeyValues(value)) {
    if (key.text === "src" || key.text === "dst") {
      if (nat.direction !== undefined) throw new FlowSyntaxError('May only specify one of "src" or "dst".', key);
      nat = { ...nat, direction: key.text, ...parseRange(given) };
    } else if (key.text === "persistent") nat = { ...nat, isPersistent: true };
    else if (key.text === "hash" || key.text === "random") {
      if (nat.choice !== undefined && nat.choice !== key.text)
        throw new FlowSyntaxError('Both "hash" and "random" are not allowed.', key);
      nat = { ...nat, choice: key.text };
    } else throw new FlowSyntaxError(`invalid key "${key.text}" in "nat" argument`, key);
  }
  const hasFlags = nat.choice !== undefined || nat.isPersistent === true;
  if (hasFlags && nat.direction === undefined)
    throw new FlowSyntaxError('Flags allowed only with "src" or "dst".', value);
  // Without an address there is no room for flags on the wire.
  return nat.addresses === undefined && nat.direction !== undefined ? { direction: nat.direction } : nat;
}

/** `10.0.0.1-10.0.0.9:1000-2000`, `[fd00::1]:80`. */
function parseRange(piece: Piece): Pick<Nat, "addresses" | "ports"> {
  if (piece.text === "") return {};
  const match = /^(?:(\[[^\]-]*\](?:-\[[^\]-]*\])?)|([^:[]*|[^:[]*:[^:[]*:[^[]*?))(?::(\d+)(?:-(\d+))?)?$/.exec(
    piece.text,
  );
  const wrong = () =>
    new FlowSyntaxError(`invalid nat range "${piece.text}"`, piece, "ADDRESS[-ADDRESS][:PORT[-PORT]] is expected.");
  if (match === null) throw wrong();
  // A range in brackets has a pair of them around each of its ends.
  const addresses = (match[1]?.replace(/[[\]]/g, "") ?? match[2]!)
    .split("-")
    .map((text) => parseIpv4(text) ?? parseIpv6(text));
  const [first, last = addresses.length === 1 ? first : undefined] = addresses;
  if (first === undefined || last === undefined || addresses.length > 2 || first.length !== last.length) throw wrong();
  if (Buffer.compare(first, last) > 0) throw wrong();
  // No address at all is what nothing said is.
  if (first.every((byte) => byte === 0)) return {};
  if (match[3] === undefined) return { addresses: [first, last] };
  const [low, high] = [Number(match[3]), Number(match[4] ?? match[3])];
  if (low === 0 || low > high || high > 0xffff) throw wrong();
  return { addresses: [first, last], ports: [low, high] };
}

/** `nat(src=10.0.0.1-10.0.0.9:1000-2000,random)`. */
export function formatNat({ direction, addresses, ports, choice, isPersistent }: Nat): string {
  if (direction === undefined) return "nat";
  const parts: string[] = [];
  if (addresses !== undefined) {
    const [first, last] = addresses;
    const text = (bytes: Uint8Array) => (bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes));
    const isRange = first.some((byte, i) => byte !== last[i]);
    const end = (bytes: Uint8Array) => (bytes.length === 16 && ports !== undefined ? `[${text(bytes)}]` : text(bytes));
    const host = isRange ? `${end(first)}-${end(last)}` : end(first);
    parts.push(
      `${direction}=${host}${ports === undefined ? "" : `:${ports[0] === ports[1] ? ports[0] : ports.join("-")}`}`,
    );
  } else parts.push(direction);
  if (isPersistent === true) parts.push("persistent");
  if (choice !== undefined) parts.push(choice);
  return `nat(${parts.join(",")})`;
}

/** The family, given how lists of actions are printed. */
export function ctFamily(format: (actions: readonly Action[]) => string): ActionFamily<CtAction> {
  return {
    kind: "ct",
    names: { ct: ({ value }, context) => parseCt(value, context) },
    format({ isCommit, isForced, zone, table, nat, exec, helper }) {
      const parts: string[] = [];
      if (isCommit) parts.push("commit");
      if (isForced) parts.push("force");
      if (table !== undefined) parts.push(`table=${table}`);
      if (typeof zone !== "number") parts.push(`zone=${formatSubfield(zone)}`);
      else if (zone !== 0) parts.push(`zone=${zone}`);
      if (nat !== undefined) parts.push(formatNat(nat));
      if (exec.length > 0) parts.push(`exec(${format(exec)})`);
      if (helper !== undefined) parts.push(`alg=${helper}`);
      return `ct(${parts.join(",")})`;
    },
    translate: (action, translation, isLast) => trackConnection(translation, action, isLast),
    isIrreversible: true,
  };
}
