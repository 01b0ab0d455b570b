import { allOnes } from "../../flow/field-value.ts";
import { onWire } from "../action/on-wire.ts";
import { formatActions } from "../action/registry.ts";
import { formatFieldValue } from "../field/value.ts";
import { formatPort } from "../ports.ts";
import type { Group } from "./group.ts";

/** A line of `ovs-ofctl dump-groups`. */
export function formatGroup({ id, type, buckets, selection }: Group): string {
  const parts = [`group_id=${id}`, `type=${type}`];
  if (selection.isExplicit) {
    parts.push(`selection_method=${selection.method}`);
    if (selection.basis !== 0n) parts.push(`selection_method_param=${selection.basis}`);
    const fields = selection.fields.map(({ field, mask }) =>
      mask === allOnes(field.bits)
        ? field.name
        : `${field.name}=${formatFieldValue(field, { value: mask, mask: allOnes(field.bits) })}`,
    );
    if (fields.length === 1) parts.push(`fields=${fields[0]}`);
    else if (fields.length > 1) parts.push(`fields(${fields.join(",")})`);
  }
  for (const bucket of buckets) {
    const { weight, watchPort, watchGroup, actions } = bucket;
    const settings = [`bucket_id:${bucket.id}`];
    if (weight !== (type === "select" ? 1 : 0)) settings.push(`weight:${weight}`);
    if (watchPort !== undefined) settings.push(`watch_port:${formatPort(watchPort)}`);
    if (watchGroup !== undefined) settings.push(`watch_group:${watchGroup}`);
    parts.push(`bucket=${settings.join(",")},actions=${formatActions(onWire(actions, { hasVlan: false }))}`);
  }
  return parts.join(",");
}
