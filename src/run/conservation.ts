import { DROP_REASONS } from "../packet/drop-reason.ts";
import type { Scene } from "./assemble.ts";
import type { PacketTotals } from "./result.ts";

/**
 * Accounts for every packet of a run: created + copied = delivered + dropped + queued, and as many packets in memory as
 * are queued. Throws where that does not hold, which is a bug in netsim.
 */
export function checkConservation({ world, network }: Scene): PacketTotals {
  const { ledger, pool } = world;
  const { created, copied, delivered, dropped } = ledger;
  const queued = network.queued();
  if (created + copied !== delivered + dropped + queued || pool.live !== queued)
    throw new Error(
      `packets do not add up: ${created} created + ${copied} copied, but ${delivered} delivered + ${dropped} dropped + ${queued} queued; ${pool.live} in memory`,
    );
  const drops = ledger.drops.map((drop) => ({ ...drop, meaning: DROP_REASONS[drop.reason] }));
  drops.sort((a, b) => b.packets - a.packets);
  return { created, copied, delivered, dropped, queued, drops };
}
