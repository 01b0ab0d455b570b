import type { ProgramHost } from "../../../hooks/hook.ts";
import { OVS_FLOW_KEYS_BYTES } from "../../../hooks/ovs/flow-keys.ts";
import type { OvsSite } from "../../../hooks/ovs/site.ts";
import { copyBytes } from "../../../packet/wire.ts";
import type { Datapath } from "../datapath/datapath.ts";
import type { PacketState } from "../datapath/packet-state.ts";
import { blankKey } from "../flow/layout.ts";
import { exportKeys, importMask } from "./keys-codec.ts";
import { portByIfindex } from "./port-host.ts";

/** Errors of the helper that installs flows. */
const EINVAL = 22;
const ENODEV = 19;

/** What programs and their helpers see of the packet that they run on. */
export class Site implements OvsSite {
  dataAddress = 0;
  length = 0;
  isParser = false;
  state: PacketState | undefined;
  /** What a parser has left: a struct ovs_flow_keys. */
  readonly written = new Uint8Array(OVS_FLOW_KEYS_BYTES);
  readonly host: ProgramHost;
  private readonly datapath: Datapath;
  private readonly mask = blankKey();

  constructor(datapath: Datapath, host: ProgramHost) {
    this.datapath = datapath;
    this.host = host;
  }

  exportKeys(bytes: Uint8Array, address: number): void {
    exportKeys(this.state!.key, bytes, address, this.isParser);
  }

  importKeys(bytes: Uint8Array, address: number): void {
    copyBytes(this.written, 0, bytes, address, OVS_FLOW_KEYS_BYTES);
  }

  importNoKeys(): void {
    this.written.fill(0);
  }

  putFlow(bytes: Uint8Array, mask: number, ifindex: number, flags: number): number {
    if (flags !== 0) return -EINVAL;
    const port = portByIfindex(this.datapath, ifindex);
    if (port === undefined) return -ENODEV;
    importMask(bytes, mask, this.mask);
    this.datapath.put(this.state!.key, this.mask, port.number);
    return 0;
  }
}
