import type { Diagnostic, ExitCode } from "../errors.ts";
import type { StopReason } from "../simulation/simulation.ts";
import type { Readable } from "../topology/map-value/decode.ts";
import type { Contract } from "../topology/model.ts";
import type { TracedMap } from "../tracing/output/trace-session.ts";
import type { RecordResult } from "./records/record-log.ts";

/** Version of the result's shape; rises when a member changes its meaning or goes. */
export const SCHEMA_VERSION = 1;

/** What a run gives: the object that `runTopology` resolves to and that `--json` prints. Times are simulated nanoseconds, lengths bytes. */
export interface RunResult {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly topology: { readonly name: string; readonly file: string };
  /** In decimal: 64 bits do not fit in a JSON number. */
  readonly seed: string;
  readonly engine: string;
  readonly stopped: StopReason;
  /** Simulated time at the end. */
  readonly time: number;
  readonly events: number;
  readonly packets: PacketTotals;
  readonly programs: readonly ProgramResult[];
  readonly maps: readonly MapResult[];
  readonly nodes: readonly NodeResult[];
  readonly links: readonly LinkResult[];
  readonly traffic: readonly TrafficResult[];
  /** What tracing programs have printed and counted; absent where they have not. */
  readonly tracing?: TracingResult;
  readonly expectations: readonly ExpectationResult[];
  /** What went wrong without ending the run, as a capture that breaks off. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the command exits with: 0, 1 when an expectation failed, 3 when a capture was corrupt. */
  readonly exitCode: ExitCode;
}

/** created + copied = delivered + dropped + queued, always. */
export interface PacketTotals {
  /** Put on the network by traffic entries and by hosts that answer. */
  readonly created: number;
  /** Made out of another packet by bridges that flood, links that duplicate and hosts that fragment. */
  readonly copied: number;
  readonly delivered: number;
  readonly dropped: number;
  /** On the wire or waiting for something when the run ended. */
  readonly queued: number;
  /** Most frequent first. */
  readonly drops: readonly DropResult[];
}

export interface DropResult {
  /** As in Linux's enum skb_drop_reason where it has the reason. */
  readonly reason: string;
  readonly meaning: string;
  /** Node, interface, socket or link. */
  readonly where: string;
  readonly packets: number;
}

export interface ProgramResult {
  readonly name: string;
  readonly type: string;
  readonly instructions: number;
  /** How often a step replaced it. */
  readonly replaced: number;
  readonly attachments: readonly AttachmentResult[];
}

export interface AttachmentResult {
  readonly hook: string;
  readonly where: string;
  readonly runs: number;
  /** How often each of the hook's outcomes came, by their names: of socket filters `passed`, `trimmed` (which are passed too), `dropped`. */
  readonly [outcome: string]: number | string;
}

/** Keys and values are numbers, text or objects of fields, as the map's layout says. */
export interface MapResult {
  readonly name: string;
  /** As bpftool names it. */
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** At the end: of arrays those that are not zero, of queues and stacks none. */
  readonly entries: readonly MapEntryResult[];
  /** Maps of records that somebody reads: what was read, in its order. */
  readonly records?: RecordsResult;
  /** What steps have dumped. */
  readonly dumps?: readonly { readonly time: number; readonly entries: readonly MapEntryResult[] }[];
}

export interface RecordsResult {
  /** How many were read. */
  readonly count: number;
  /** How many the reader was told it has lost. */
  readonly lost: number;
  /** The first 65,536 of them. */
  readonly first: readonly RecordResult[];
}

export interface TracingResult {
  /** Lines of bpf_trace_printk, as /sys/kernel/tracing/trace_pipe has them. */
  readonly tracePipe: readonly string[];
  /** Lines that were printed when there was no more room. */
  readonly lostLines: number;
  readonly histograms: readonly HistogramResult[];
  /** Lines that one-liners have printed, as bpftrace prints them; none where there are none. */
  readonly output: readonly string[];
  /** What the maps of one-liners hold at the end; none where there are none. */
  readonly maps: readonly TracedMap[];
}

/** A map of counts by the logarithm of what was counted. */
export interface HistogramResult {
  readonly map: string;
  readonly title: string;
  /** What was counted. */
  readonly label: string;
  /** From the lowest to the highest that has a count. */
  readonly rows: readonly HistogramRow[];
}

export interface HistogramRow {
  /** In decimal, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface MapEntryResult {
  readonly key?: Readable;
  readonly value: Readable;
}

export interface NodeResult {
  readonly name: string;
  readonly kind: string;
  readonly interfaces: readonly InterfaceResult[];
  readonly sockets: readonly SocketResult[];
  /** Hosts that have any: what their processes did. */
  readonly processes?: readonly ProcessResult[];
  /** Open vSwitches: what their datapath did. */
  readonly switch?: SwitchResult;
  /** Bridges and Open vSwitches: what they know at the end. */
  readonly learnt?: readonly { readonly address: string; readonly port: string }[];
}

/** An Open vSwitch's datapath at the end of a run. */
export interface SwitchResult {
  /** What its programs are given and their answers mean. */
  readonly contract: Contract;
  readonly ports: readonly PortResult[];
  /** Look-ups that found a flow and that found none; packets that went up to the slow path for want of a flow, or because a flow said so; those that found no room. */
  readonly lookups: { readonly hit: number; readonly missed: number };
  readonly upcalls: {
    readonly misses: number;
    readonly actions: number;
    readonly lost: number;
    readonly queued: number;
  };
  /** Masks that look-ups tried, and look-ups that the mask cache answered. */
  readonly masks: { readonly count: number; readonly tried: number; readonly cacheHits: number };
  /** Megaflows at the end, those most used first. */
  readonly megaflows: readonly MegaflowResult[];
  /** Megaflows that went because they were idle, or were no longer right. */
  readonly expired: number;
  readonly invalidated: number;
  readonly connections: number;
  /** Packets that flows sent to controllers, which are not simulated. */
  readonly packetsIn: number;
  /** What made no sense in keys that a parser wrote, and how often. */
  readonly keyProblems: readonly { readonly problem: string; readonly packets: number }[];
}

export interface PortResult {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly received: number;
  readonly receivedBytes: number;
  readonly sent: number;
  readonly sentBytes: number;
  /** Packets larger than its MTU. */
  readonly tooBig: number;
}

/** A line of `ovs-appctl dpctl/dump-flows`. */
export interface MegaflowResult {
  readonly match: string;
  readonly actions: string;
  readonly packets: number;
  readonly bytes: number;
  /** Simulated time of the last packet; null: none since it was installed. */
  readonly used: number | null;
}

/** What a process did under its filters. */
export interface ProcessResult {
  readonly name: string;
  /** Whose calls it makes. */
  readonly architecture: string;
  /** Names of its filters, the oldest first. */
  readonly filters: readonly string[];
  /** Sockets of the node that it opens, with the calls that it takes; not open: no packet reaches it. */
  readonly sockets: readonly ProcessSocketResult[];
  readonly calls: readonly CallResult[];
  /** The trace that it replayed. */
  readonly replay?: ReplayResult;
  /** The signal that ended or stopped it, the `exit` or `exit_group` that it called, or `thread killed` where others go on; null: it lives. */
  readonly ended: string | null;
}

/** A socket that a process opens. */
export interface ProcessSocketResult {
  readonly name: string;
  readonly open: boolean;
  /** Those that open it. */
  readonly calls: readonly CallResult[];
  /** Those that it makes for what comes to it. */
  readonly serves?: readonly CallResult[];
}

/** What became of a recorded trace under a process's filters. */
export interface ReplayResult {
  readonly file: string;
  /** Calls that were made; of these, those that ran, that did not, and those that hang on what the trace does not tell. */
  readonly calls: number;
  readonly ran: number;
  readonly refused: number;
  readonly undecided: number;
  /** Calls that come after the one that ended the process. */
  readonly notMade: number;
  readonly unreadLines: number;
  readonly outcomes: readonly ReplayedCalls[];
}

/** Calls of one name with one answer. */
export interface ReplayedCalls {
  readonly call: string;
  readonly architecture: string;
  /** What the filters say; null: the trace does not tell enough. */
  readonly answer: string | null;
  readonly outcome: CallResult["outcome"] | "undecided";
  readonly value?: string;
  readonly errno?: string;
  readonly times: number;
  /** Line of the first one. */
  readonly line: number;
}

export interface CallResult {
  readonly call: string;
  readonly nr: number;
  /** In hexadecimal. */
  readonly args: readonly string[];
  /** What the filters say, as `ERRNO(1)`; null: the process was dead already. */
  readonly answer: string | null;
  /** What becomes of it: it runs; it does not, and returns a value or fails; SIGSYS is sent; thread or process die. */
  readonly outcome: "runs" | "returns" | "fails" | "signal" | "killed" | "not made";
  /** How often it was made, where that was more than once; the rest is about the first time. */
  readonly times?: number;
  /** Of calls that run: the call, which a tracer may have changed. */
  readonly ran?: string;
  /** In decimal; after a signal: what its handler leaves. */
  readonly value?: string;
  /** As `EPERM`. */
  readonly errno?: string;
  readonly signal?: string;
  /** si_syscall, si_arch and si_errno of a SIGSYS, which is the data of TRAP. */
  readonly siginfo?: { readonly syscall: number; readonly arch: string; readonly errno: number };
  readonly logged?: boolean;
  readonly coreDump?: boolean;
}

export interface InterfaceResult {
  readonly name: string;
  readonly mac: string;
  readonly addresses: readonly string[];
  readonly sent: number;
  readonly sentBytes: number;
  readonly received: number;
  readonly receivedBytes: number;
  /** Where what goes out queues; absent: it does not. */
  readonly qdisc?: QdiscResult;
}

export interface QueueResult {
  readonly packets: number;
  readonly bytes: number;
  readonly dropped: number;
  readonly overlimits: number;
  /** At the end. */
  readonly queued: number;
  readonly queuedBytes: number;
}

export interface QdiscResult extends QueueResult {
  readonly kind: string;
  /** As tc writes it: `1:`. */
  readonly handle: string;
  readonly classes: readonly ClassResult[];
}

export interface ClassResult extends QueueResult {
  /** As tc writes it: `1:10`. */
  readonly classid: string;
}

export interface SocketResult {
  readonly name: string;
  readonly kind: string;
  /** Words for a person: what it is bound to. */
  readonly bound: string;
  readonly programs: readonly string[];
  readonly seen: number;
  readonly received: number;
  readonly receivedBytes: number;
  readonly trimmed: number;
  readonly dropped: number;
  /** Of these, how many its process could serve; absent: it makes no calls for them. */
  readonly served?: number;
}

export interface LinkResult {
  readonly name: string;
  readonly up: boolean;
  readonly directions: readonly DirectionResult[];
}

export interface DirectionResult {
  readonly from: string;
  readonly to: string;
  readonly sent: number;
  readonly sentBytes: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly duplicated: number;
  readonly corrupted: number;
  readonly inFlight: number;
}

export interface TrafficResult {
  readonly kind: string;
  /** Words for a person: what is sent from where. */
  readonly description: string;
  /** Packets, datagrams, connections or echo requests begun. */
  readonly sent: number;
  /** Echo replies that came back, or connections that ended in order; absent for what gets no answer. */
  readonly answered?: number;
  /** Datagrams that the sender's host refused to send, by the error number; absent: none. */
  readonly refused?: readonly { readonly errno: number; readonly items: number }[];
}

export interface ExpectationResult {
  readonly place: string;
  /** `socket server/sniffer received`. */
  readonly subject: string;
  readonly expected: string;
  readonly got: string;
  readonly passed: boolean;
}
