import type { PacketInReason } from "../action/controller.ts";
import { commit } from "./commit.ts";
import type { Translation } from "./translation.ts";

/** What a copy for controllers says; the cookie of the datapath's userspace action. */
export interface PacketIn {
  readonly maxLength: number;
  readonly reason: PacketInReason | "explicit_miss";
  readonly controller: number;
  readonly table: number;
  readonly cookie: bigint;
}

/** Sends a copy of the packet as it is now to controllers (xlate_controller_action). */
export function sendToController(
  t: Translation,
  to: {
    readonly maxLength: number;
    readonly reason: PacketInReason;
    readonly controller: number;
    readonly meter: number | undefined;
  },
): void {
  commit(t);
  const isMiss = to.reason === "action" && t.list === "action" && t.rule?.isTableMiss === true;
  const cookie: PacketIn = {
    maxLength: to.maxLength,
    reason: isMiss ? "explicit_miss" : to.reason === "action" ? t.list : to.reason,
    controller: to.controller,
    table: t.table,
    cookie: t.rule?.entry.cookie ?? 0xffff_ffff_ffff_ffffn,
  };
  const userspace = { type: "userspace", reason: "controller", cookie } as const;
  if (to.meter === undefined) t.out.push(userspace);
  else
    t.out.push({
      type: "sample",
      probability: 0xffff_ffff,
      actions: [{ type: "meter", id: to.meter }, userspace],
    });
}
