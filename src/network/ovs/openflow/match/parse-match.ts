import { suggestion } from "../../../../packet/describe/did-you-mean.ts";
import { FIELDS, fieldNamed, fieldOfName } from "../../flow/fields.ts";
import { refuseAbsentField } from "../field/absent.ts";
import { parseFieldValue } from "../field/value.ts";
import type { PortNames } from "../ports.ts";
import type { KeyValue } from "../text/key-values.ts";
import { parseInteger } from "../text/number.ts";
import { FlowSyntaxError } from "../text/syntax-error.ts";
import { type Match, setMatchField, VLAN_NONE } from "./match.ts";
import { SHORTHANDS } from "./protocols.ts";

const BY_NAME = new Map(SHORTHANDS.map((shorthand) => [shorthand.name, shorthand]));
const ETH_TYPE = fieldNamed("eth_type")!;
const NW_PROTO = fieldNamed("nw_proto")!;
const PACKET_TYPE = fieldNamed("packet_type")!;

/** Takes `tcp` or `tp_dst=80` into a match; `keywords` are what else could stand there. */
export function parseMatchItem(
  { key, value, whole }: KeyValue,
  match: Match,
  ports: PortNames,
  keywords: readonly string[],
): void {
  const shorthand = BY_NAME.get(key.text);
  if (shorthand !== undefined) {
    if (shorthand.ethertype === undefined) setMatchField(match, PACKET_TYPE, { value: 0n, mask: 0xffff_ffffn });
    else setMatchField(match, ETH_TYPE, { value: BigInt(shorthand.ethertype), mask: 0xffffn });
    if (shorthand.protocol !== undefined)
      setMatchField(match, NW_PROTO, { value: BigInt(shorthand.protocol), mask: 0xffn });
    return;
  }
  refuseAbsentField(key.text, key);
  const field = fieldOfName(key.text);
  if (field === undefined) {
    if (value.text === "") throw new FlowSyntaxError(`field ${key.text} missing value`, whole, hintFor(key, keywords));
    throw new FlowSyntaxError(`unknown keyword ${key.text}`, key, hintFor(key, keywords));
  }
  // A name alone matches any value, whatever was said of the field before.
  if (value.text === "") {
    if (!["port", "port-oxm", "packet-type", "fragment"].includes(field.form))
      return void setMatchField(match, field, { value: 0n, mask: 0n });
    throw new FlowSyntaxError(`field ${key.text} missing value`, whole);
  }
  if (field.name === "dl_vlan" && parseInteger(value.text) === VLAN_NONE)
    return void setMatchField(match, field, { value: VLAN_NONE, mask: 0xfffn });
  const wanted = parseFieldValue(field, value, ports);
  if (!field.isMaskable && value.text.includes("/"))
    throw new FlowSyntaxError(`${value.text}: invalid mask for field ${field.name}`, value, "It takes no mask.");
  setMatchField(match, field, wanted);
}

function hintFor({ text }: KeyValue["key"], keywords: readonly string[]): string {
  const names = FIELDS.flatMap(({ name, aliases }) => [name, ...aliases]);
  return suggestion(text, [...keywords, ...BY_NAME.keys(), ...names]) ?? "A field of ovs-fields(7) is expected.";
}
