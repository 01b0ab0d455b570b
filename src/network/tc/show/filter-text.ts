import { formatClassid } from "../../../topology/quantity/classid.ts";
import { tcProtocolName } from "../../../topology/tc-command/protocol.ts";
import { ROOT_CLASSID } from "../../../topology/tc-command/units.ts";
import type { Interface } from "../../interface.ts";
import type { Filter } from "../filter.ts";
import { actionLines } from "./action-text.ts";
import type { ShowOptions } from "./show-options.ts";

/** Whose filters are shown: those of the disciplines, or of a side. */
export type FilterSide = "root" | "ingress" | "egress";

/** `tc filter show`, of a side or of the disciplines. */
export function showFilters(device: Interface, side: FilterSide, options: ShowOptions, now: number): string[] {
  const listLines = (filters: readonly Filter[], parent = "") =>
    filters.flatMap((filter, i) => filterLines(filter, filters[i - 1], parent, options, now));
  if (side !== "root") {
    const block = device.blocks[side];
    return listLines(device[side]?.filters.filters ?? [], block === undefined ? "" : `block ${block} `);
  }
  return (device.tree?.all ?? []).flatMap(({ model, filters }) =>
    [...filters].flatMap(([classid, list]) =>
      listLines(list.filters, `parent ${formatClassid(classid === 0 ? model.handle : classid)} `),
    ),
  );
}

function filterLines(
  { model, actions, hits }: Filter,
  before: Filter | undefined,
  parent: string,
  options: ShowOptions,
  now: number,
): string[] {
  const {
    kind,
    handle,
    priority,
    protocol,
    chain,
    classid,
    directAction,
    attachment,
    shown,
    skipsHardware = false,
  } = model;
  const head = `filter ${parent}protocol ${tcProtocolName(protocol)} pref ${priority} ${kind} chain ${chain} `;
  const isFirst = before?.model.priority !== priority || before.model.chain !== chain;
  const flow = classid === 0 ? "" : `flowid ${classidText(classid)} `;
  const own =
    kind === "matchall"
      ? [
          `${head}handle 0x${handle.toString(16)} ${flow}`,
          `  ${skipsHardware ? "skip_hw\n  " : ""}not_in_hw${options.statistics ? ` (rule hit ${hits})` : ""}`,
        ]
      : [
          `${head}handle 0x${handle.toString(16)} ${flow}${programWords(shown ?? attachment!.program, directAction, skipsHardware)}`,
        ];
  return [
    ...(isFirst ? [head] : []),
    ...own,
    ...actions.flatMap((action, i) => [...actionLines(action, i + 1, options, now), ""]),
  ];
}

/** An object's name comes before the flags, bytecode after them. */
function programWords(shown: string, directAction: boolean, skipsHardware: boolean): string {
  const flags = `${directAction ? "direct-action " : ""}${skipsHardware ? "skip_hw " : ""}not_in_hw `;
  return shown.startsWith("bytecode ") ? `${flags}${shown}` : `${shown} ${flags}`;
}

/** print_tc_classid */
function classidText(classid: number): string {
  if (classid === ROOT_CLASSID) return "root";
  return formatClassid(classid).replace(/^0:/, ":");
}
