import { LINK_TYPES, type LinkTypeName, nameOfLinkType } from "../names/link-types.ts";
import type { FilterOptions } from "../options.ts";
import { Refusal } from "../syntax/refusal.ts";
import type { Span } from "../syntax/span.ts";
import { type HeaderOffset, headerOffset } from "./header-offset.ts";
import type { LinkLayout } from "./link-layout.ts";
import { ScratchSlots } from "./scratch-slots.ts";

/**
 * What generating code has come to: `vlan`, `mpls`, `pppoes` and the tunnels each move on to the header inside, for
 * everything that stands behind them in the expression.
 */
export class Context {
  readonly options: FilterOptions;
  readonly layout: LinkLayout;
  readonly scratch = new ScratchSlots();
  /** What is being generated now, for messages. */
  span: Span = { start: 0, end: 0 };

  /** LINKTYPE_ of the packet, of the innermost link-layer header reached, and of the one around that. */
  readonly outermostLinkType: number;
  linkType: number;
  previousLinkType: number;

  readonly outermostHeader: HeaderOffset;
  header: HeaderOffset;
  previousHeader: HeaderOffset;
  typeField: HeaderOffset;
  payload: HeaderOffset;
  /** From `payload` to the network header. */
  network: number;
  networkWithoutSnap: number;

  /** Inside a Geneve or VXLAN tunnel, which may carry Ethernet or not. */
  inTunnel = false;
  vlanDepth = 0;
  mplsDepth = 0;
  /** Whether a VLAN tag in the packet moves everything at run time (the kernel may have taken it out). */
  vlanMoves = false;
  /** False: the program has jumps that the optimizer does not understand. */
  optimizable = true;

  constructor(linkType: number, layout: LinkLayout, options: FilterOptions) {
    this.options = options;
    this.layout = layout;
    this.outermostLinkType = linkType;
    this.linkType = linkType;
    this.previousLinkType = linkType;
    this.header = headerOffset(layout.header ?? 0, layout.headerVaries);
    this.previousHeader = { ...this.header };
    this.outermostHeader = { ...this.header };
    this.typeField = headerOffset(layout.type);
    this.payload = headerOffset(layout.payload, layout.payloadVaries);
    this.network = layout.network;
    this.networkWithoutSnap = layout.networkWithoutSnap;
  }

  /** Whether the innermost link-layer header is of one of these types. */
  on(...names: readonly LinkTypeName[]): boolean {
    return names.some((name) => LINK_TYPES[name] === this.linkType);
  }

  get linkTypeName(): string {
    return nameOfLinkType(this.linkType);
  }

  /** Another link-layer header begins inside the one reached. */
  enter(linkType: LinkTypeName, header: HeaderOffset): void {
    this.previousLinkType = this.linkType;
    this.previousHeader = { ...this.header };
    this.linkType = LINK_TYPES[linkType];
    this.header = header;
    this.inTunnel = false;
  }

  /** A scratch slot of its own. */
  takeSlot(): number {
    const slot = this.scratch.take();
    return slot ?? this.fail("This needs more scratch slots than the 16 that a classic program has.");
  }

  /** The slot that holds the varying part of an offset. */
  slotOf(offset: HeaderOffset): number {
    offset.slot ??= this.takeSlot();
    return offset.slot;
  }

  /** Throws: what is being generated means nothing here. */
  fail(message: string, hint?: string): never {
    throw new Refusal(this.span, message, hint);
  }
}
