import { Lab, MS, Peer, SERVER_PORT, type Wire } from "./lab.ts";
import { FILTERS, type TcpCase } from "./segment-cases.ts";

/** First sequence number of the peer that sends a case's segments. */
export const ISS = 1000;
/** Time after each segment in which answers count, in nanoseconds. */
export const WAIT = 80 * MS;

/** A segment that answered. */
export interface Answer {
  readonly flags: string;
  /** Counts from the answering side's first sequence number. */
  readonly seq: number;
  /** Counts from the peer's first sequence number; 0 without ACK. */
  readonly ack: number;
  /** Kinds. */
  readonly options: readonly number[];
  /** Edges of the SACK option's ranges, counted as `ack`. */
  readonly sack: readonly number[];
  readonly length: number;
  /** Compared on a SYN+ACK, where no scale depends on the machine's memory. */
  readonly window: number;
}

/** What became of a case: for each segment what it was answered by, and the bytes that the reader got in all. */
export interface Outcome {
  readonly answers: readonly (readonly string[])[];
  readonly received: number;
}

const OPTIONS: Readonly<Record<number, string>> = { 2: "mss", 3: "scale", 4: "sack-permitted", 5: "sack", 8: "time" };

/** An answer on one line: flags, sequence number and acknowledgement, options; as in `SA 0 ack 1 window 64240 mss`. */
export function show({ flags, seq, ack, options, sack, length, window }: Answer): string {
  // Linux pushes now and then when much is written; it says nothing to the peer that matters here.
  const parts = [flags.replace("P", ""), String(seq)];
  if (flags.includes("A")) parts.push(`ack ${ack}`);
  if (length > 0) parts.push(`length ${length}`);
  if (flags.includes("S")) parts.push(`window ${window}`);
  for (const kind of options) parts.push(OPTIONS[kind] ?? String(kind));
  for (let i = 0; i < sack.length; i += 2) parts.push(`${sack[i]}-${sack[i + 1]}`);
  return parts.join(" ");
}

/** Plays a case on a simulated host. */
export function play({ opens, steps }: TcpCase): Outcome & { lab: Lab } {
  const port = steps[0]!.dport ?? SERVER_PORT;
  const filter = FILTERS[String(port)];
  const lab = new Lab(filter === undefined ? {} : { filter, port });
  const peer = new Peer(lab);
  let irs = 0;
  let dport = port;
  const shown = (wires: readonly Wire[]) =>
    wires.map((wire) => {
      if (wire.flags.includes("S") && irs === 0) {
        irs = wire.seq;
        dport = wire.sport;
      }
      const seq = wire.seq === 0 ? 0 : (wire.seq - irs) >>> 0;
      const ack = wire.flags.includes("A") ? (wire.ack - ISS) >>> 0 : 0;
      return show({ ...wire, seq, ack, sack: wire.sack.flat().map((edge) => (edge - ISS) >>> 0) });
    });
  const answers = opens === undefined ? [] : [shown(peer.accept(opens, WAIT))];
  for (const step of steps) {
    const ack = step.ack === undefined ? 0 : irs + step.ack;
    answers.push(shown(peer.send({ dport, ...step, seq: ISS + (step.seq ?? 0), ack }, WAIT)));
  }
  return { answers, received: lab.received.length, lab };
}
