import type { Simulation } from "../../simulation/simulation.ts";
import { isAnswerDue } from "./acceptability.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { ACK, RST, SYN } from "./flags.ts";
import type { Fate } from "./receiver.ts";
import type { Segment } from "./segment.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import { after, plus } from "./sequence.ts";
import { TIME_WAIT_LENGTH, type TimeWait } from "./time-wait.ts";
import { isTimestampRefused } from "./timestamps.ts";

/** What a connection in TIME-WAIT does with a segment (tcp_timewait_state_process). */
export class TimeWaitAnswers {
  private readonly table: ConnectionTable;
  private readonly writer: SegmentWriter;
  private readonly simulation: Simulation;

  constructor(table: ConnectionTable, writer: SegmentWriter, simulation: Simulation) {
    this.table = table;
    this.writer = writer;
    this.simulation = simulation;
  }

  /**
   * @param reopen hands a SYN that may begin a new connection to a listening socket, with the initial sequence number
   * to use; undefined: there is no such socket.
   */
  arrive(entry: TimeWait, segment: Segment, reopen: (iss: number) => Fate | undefined): Fate {
    const { now } = this.simulation;
    const { sequence, end } = segment;
    const usesTimestamps = entry.timestamps && segment.hasTimestamps;
    const isOld = usesTimestamps && isTimestampRefused(entry, segment, now);
    if (!isOld && sequence === entry.rcvNxt && (sequence === end || segment.has(RST))) {
      if (segment.has(RST)) this.table.removeTimeWait(entry);
      else {
        this.table.extend(entry, now + TIME_WAIT_LENGTH);
        if (usesTimestamps) {
          entry.recentTimestamp = segment.timestamp;
          entry.recentTimestampAt = now;
        }
      }
      return "consumed";
    }
    if (segment.handshakeFlags === SYN && !isOld && isNewer(entry, segment, usesTimestamps)) {
      const fate = reopen(plus(entry.sndNxt, 65_535 + 2) || 1);
      if (fate !== undefined) return fate;
    }
    if (!segment.has(RST)) {
      if (isOld || segment.has(ACK)) this.table.extend(entry, now + TIME_WAIT_LENGTH);
      if (isAnswerDue(entry, segment, now)) this.writer.timeWaitAck(entry);
    }
    return isOld ? "TCP_RFC7323_TW_PAWS" : "TCP_TIME_WAIT";
  }
}

/** True for a SYN that cannot be an old duplicate: a later sequence number, or a later timestamp. */
function isNewer(entry: TimeWait, segment: Segment, usesTimestamps: boolean): boolean {
  if (after(segment.sequence, entry.rcvNxt)) return true;
  return usesTimestamps && ((entry.recentTimestamp - segment.timestamp) | 0) < 0;
}
