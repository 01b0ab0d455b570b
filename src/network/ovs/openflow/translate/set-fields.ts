import { get16, set16 } from "../../../../packet/wire.ts";
import type { DatapathGroup, FlowField } from "../../flow/field.ts";
import { allOnes } from "../../flow/field-value.ts";
import { fieldNamed } from "../../flow/fields.ts";
import { AT, VLAN_PRESENT } from "../../flow/layout.ts";
import { formatSubfield, readSubfield, type Subfield } from "../field/subfield.ts";
import type { FieldValue } from "../field/value.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import { hex } from "../text/number.ts";
import { commit } from "./commit.ts";
import {
  hasField,
  isIp,
  isLaterFragment,
  loadSubfield,
  wantAll,
  wantBits,
  wantSubfield,
  writeFlowField,
} from "./fields.ts";
import { maskBits, maskBytes } from "./key-access.ts";
import type { Translation } from "./translation.ts";

/** set_field and load: only where the packet has the field. */
export function setField(t: Translation, field: FlowField, set: FieldValue): void {
  if (!hasField(field, t.flow, t.wanted)) {
    t.say("warn", `unmet prerequisites for ${field.name}, set_field ignored`);
    return;
  }
  wantBits(t.wanted, field, set.mask);
  // A datapath writes network headers only where it knows what they carry (mf_set_mask_l3_prereqs).
  if (NETWORK_GROUPS.has(field.group)) maskBytes(t.wanted, AT.nwProto, 1);
  writeFlowField(t.flow, field, set);
}

const NETWORK_GROUPS: ReadonlySet<DatapathGroup> = new Set(["ip", "ipv4", "ipv6", "arp"] as const);

/** move: only where the packet has both fields. */
export function moveField(t: Translation, source: Subfield, destination: Subfield): void {
  const isThere = hasField(destination.field, t.flow, t.wanted) && hasField(source.field, t.flow, t.wanted);
  if (isThere) {
    wantSubfield(t.wanted, destination);
    wantSubfield(t.wanted, source);
    const value = readSubfield(t.flow, source);
    const shift = BigInt(destination.start);
    writeFlowField(t.flow, destination.field, { value: value << shift, mask: allOnes(destination.bits) << shift });
  }
  saySubfield(t, destination);
}

/** push: the bits of a field go on the stack. */
export function pushField(t: Translation, subfield: Subfield): void {
  wantSubfield(t.wanted, subfield);
  t.stack.push({ value: readSubfield(t.flow, subfield), bits: subfield.bits });
}

/** pop: what is on top of the stack goes into a field; what does not fit is cut off above. */
export function popField(t: Translation, subfield: Subfield): void {
  const top = t.stack.pop();
  if (top === undefined) {
    t.say("error", "stack underflow");
    return;
  }
  loadSubfield(t.flow, t.wanted, subfield, top.value & allOnes(subfield.bits));
  saySubfield(t, subfield);
}

/** Tells of a field that was written, as ofproto/trace does. */
export function saySubfield(t: Translation, subfield: Subfield): void {
  if (t.report.isOn) t.say("detail", `${formatSubfield(subfield)} is now ${hex(readSubfield(t.flow, subfield))}`);
}

/** The writes of OpenFlow 1.0, each with its own idea of when it applies. */
export function modifyField(t: Translation, field: FlowField, name: string, value: bigint): void {
  const { flow, wanted } = t;
  const all = { value, mask: allOnes(field.bits) };
  if (name.startsWith("mod_vlan")) {
    const bits = name === "mod_vlan_vid" ? 0x0fff : 0xe000;
    maskBits(wanted, AT.vlanTci, bits | VLAN_PRESENT);
    const tci = (get16(flow, AT.vlanTci) & ~bits) | (Number(value) << field.shift) | VLAN_PRESENT;
    if (get16(flow, AT.vlanTpid) === 0) set16(flow, AT.vlanTpid, ETHERTYPE.vlan);
    set16(flow, AT.vlanTci, tci);
  } else if (name.startsWith("mod_tp")) {
    if (!isIp(flow) || isLaterFragment(flow)) return;
    maskBytes(wanted, AT.nwProto, 1);
    maskBytes(wanted, field.offset, 2);
    writeFlowField(flow, field, all);
  } else if (name.startsWith("set_tunnel")) writeFlowField(flow, field, all);
  else if (hasField(field, flow, wanted)) {
    wantAll(wanted, field);
    if (NETWORK_GROUPS.has(field.group)) maskBytes(wanted, AT.nwProto, 1);
    writeFlowField(flow, field, all);
  }
}

/** write_metadata. */
export function writeMetadata({ flow }: Translation, value: bigint, mask: bigint): void {
  writeFlowField(flow, fieldNamed("metadata")!, { value, mask });
}

/** meter: packets above its rate end here, by the number that the datapath gave it. */
export function runMeter(t: Translation, meter: number): void {
  const id = t.bridge.meterNumber(meter);
  if (id !== undefined) t.out.push({ type: "meter", id });
}

/** bpf: the program of the flow-hit hook sees the packet as it is by now. */
export function runProgram(t: Translation, program: string, numbers: readonly [number, number]): void {
  commit(t);
  t.out.push({ type: "bpf", program, arguments: numbers });
}
