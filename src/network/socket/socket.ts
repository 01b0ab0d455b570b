import { FUNCTION } from "../../events/functions.ts";
import type { SocketSite } from "../../hooks/hook.ts";
import type { Skb, SkbSocket } from "../../packet/skb.ts";
import type { Attachment } from "../../programs/attachment.ts";
import type { SocketModel } from "../../topology/model.ts";
import type { ControlGroup } from "../cgroup/control-group.ts";
import type { World } from "../world.ts";

/**
 * What a socket's bytes begin with: a link-layer header, the network layer without it (its protocol is the skb's), an
 * IP header, or a transport protocol's payload.
 */
export type SocketContent = "frame" | "network" | "ip" | "payload";

/** Gets the bytes that a socket's reader would get. */
export interface SocketReader {
  /** `length` bytes at `at` of `bytes`, out of a packet that had `original` bytes there before trimming. */
  read(skb: Skb, bytes: Uint8Array, at: number, length: number, original: number): void;
}

/** A process that does something for what has come to its socket. */
export interface SocketServer {
  /** How often all went well. */
  readonly served: number;
  /** False where it did not live to read what came last. */
  readonly hasRead: boolean;
  /** False where it could not. */
  serve(): boolean;
}

export interface SocketCounts {
  /** Packets that came to the socket. */
  seen: number;
  /** Packets that reached its reader. */
  received: number;
  receivedBytes: number;
  /** Received packets that a program had shortened. */
  trimmed: number;
  /** Packets that a program kept from it. */
  dropped: number;
}

/** The receiving side that all kinds of sockets share: attached programs, then the queue, read at once. */
export class Socket {
  readonly host: string;
  /** `host/socket`. */
  readonly label: string;
  readonly model: SocketModel;
  attachments: readonly Attachment<"socket">[];
  readonly counts: SocketCounts = { seen: 0, received: 0, receivedBytes: 0, trimmed: 0, dropped: 0 };
  readonly readers: SocketReader[] = [];
  /** Absent: whatever comes is read. */
  server: SocketServer | undefined;
  /** What came last was served. */
  isServed = true;
  /** Its port, as programs that trace it read it. */
  get localPort(): number {
    return this.model.port ?? 0;
  }

  /** What packets and programs know of it; set where it is opened. */
  identity: SkbSocket | undefined;
  /** What its readers' bytes begin with. */
  get content(): SocketContent {
    const { kind, type, family } = this.model;
    if (kind === "packet") return type === "raw" ? "frame" : "network";
    return kind === "raw" && family === 4 ? "ip" : "payload";
  }

  /** Bytes of the last packet that were kept, counted from the site's first byte. */
  kept = 0;
  protected readonly world: World;
  private readonly site: SocketSite = { dataAddress: 0, length: 0, minimum: 0 };

  constructor(host: string, model: SocketModel, attachments: readonly Attachment<"socket">[], world: World) {
    this.host = host;
    this.label = `${host}/${model.name}`;
    this.model = model;
    this.attachments = attachments;
    this.world = world;
  }

  /** Puts a program there, in the place of another of its hook (SO_ATTACH_FILTER). */
  attach(attachment: Attachment<"socket">): void {
    this.detach(attachment.hook.name);
    this.attachments = [...this.attachments, attachment];
  }

  /** Takes a hook's program away (SO_DETACH_FILTER). */
  detach(hook: string): void {
    this.attachments = this.attachments.filter((one) => one.hook.name !== hook);
  }

  /**
   * Runs the attached programs on a packet whose data, for them, is the `length` bytes at `address`.
   * @param minimum bytes that are never trimmed away.
   * @returns false when a program dropped it; else `kept` says how much is left.
   */
  filter(skb: Skb, address: number, length: number, minimum: number): boolean {
    const { events } = this.world.ledger;
    if (!events.isOn) return this.runAll(skb, address, length, minimum);
    const { frames, objects } = events;
    const fn = FUNCTION.sk_filter_trim_cap;
    if (!frames.isProbed(fn)) frames.enter(fn, this.host);
    else frames.enter(fn, this.host, objects.socket(this.identity, this.host), objects.skb(skb), minimum);
    const passes = this.runAll(skb, address, length, minimum);
    if (!passes) frames.drop();
    events.end(fn, this.host);
    return passes;
  }

  /** Those of its control group, then its own (sk_filter_trim_cap). */
  private runAll(skb: Skb, address: number, length: number, minimum: number): boolean {
    const { counts } = this;
    counts.seen++;
    if (this.identity !== undefined && !admits(this.identity, skb)) {
      counts.dropped++;
      return false;
    }
    const before = skb.socket;
    skb.socket = this.identity;
    const passes = this.runPrograms(skb, address, length, minimum);
    skb.socket = before;
    return passes;
  }

  private runPrograms(skb: Skb, address: number, length: number, minimum: number): boolean {
    const { site, counts, world } = this;
    site.dataAddress = address;
    site.length = length;
    site.minimum = minimum;
    for (const attachment of this.attachments) {
      const verdict = attachment.run(skb, site);
      if (world.observer.tracing) world.observer.trace(skb, this.label, describe(attachment, site));
      if (verdict.action === "drop") {
        counts.dropped++;
        return false;
      }
      site.length = verdict.length;
    }
    if (site.length < length) counts.trimmed++;
    this.kept = site.length;
    return true;
  }

  /** Hands what was kept to the reader, less `skip` bytes of header that readers of this kind do not see. */
  queue(skb: Skb, address: number, original: number, skip: number): void {
    const length = Math.max(0, this.kept - skip);
    this.counts.received++;
    this.counts.receivedBytes += length;
    if (this.world.ledger.events.isOn) this.world.ledger.events.packets.copy(this.host, skb, length);
    for (const reader of this.readers)
      reader.read(skb, this.world.store.bytes, address + skip, length, Math.max(0, original - skip));
    this.serve();
  }

  /** Has its process do what it does with what has come. */
  protected serve(): void {
    if (this.server !== undefined) this.isServed = this.server.serve();
  }
}

/** Do the programs of a socket's control group let a packet come to it (sk_filter_trim_cap)? */
export function admits(socket: SkbSocket, skb: Skb): boolean {
  const group = socket.cgroup as ControlGroup | undefined;
  if (group === undefined) return true;
  const before = skb.socket;
  skb.socket = socket;
  const allowed = group.admits(skb);
  skb.socket = before;
  return allowed;
}

function describe(attachment: Attachment<"socket">, site: SocketSite): string {
  const { verdict, hook, slot, returnValue } = attachment;
  const outcome =
    verdict.action === "drop"
      ? "not passed to the socket"
      : verdict.length < site.length
        ? `trimmed to ${verdict.length} of ${site.length} bytes`
        : `passed whole, ${site.length} bytes`;
  return `${hook.name} ${slot.name} returned ${returnValue}: ${outcome}`;
}
