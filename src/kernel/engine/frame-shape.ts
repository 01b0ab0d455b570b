import { XDP_MD_OFFSET as XDP_MD } from "../../bpf/program-type/offsets.ts";
import type { Environment } from "../../bpf/vm/environment.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";

/** bpf_xdp_adjust_head, bpf_xdp_adjust_meta, bpf_xdp_adjust_tail */
const [HEAD, META, TAIL] = [44, 54, 65];

/** Gives a frame of the simulation the lengths that the kernel's copy of it has come to, by the helpers that change them. */
export class FrameShape {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /**
   * The kernel does not tell at which end a frame has changed: it is taken to be the front, as far as there is room. Its bytes are
   * left to whoever has them.
   * @param block address of its struct xdp_md. @param length of the frame. @param metadata bytes before it.
   */
  become(block: number, length: number, metadata: number): void {
    const { memory } = this.#environment.machine;
    const field = (offset: number) => memory.uint32(block + offset);
    const grown = () => length - (field(XDP_MD.dataEnd) - field(XDP_MD.data));
    const more = () => metadata - (field(XDP_MD.data) - field(XDP_MD.dataMeta));
    // Shorter metadata leaves more room for the frame, and a frame that is shorter more room for metadata.
    if (more() < 0) this.#call(META, block, -more());
    if (grown() !== 0 && this.#call(HEAD, block, -grown()) < 0) this.#call(TAIL, block, grown());
    if (more() > 0) this.#call(META, block, -more());
    if (grown() !== 0 || more() !== 0)
      throw new Error(`a frame cannot become ${length} bytes with ${metadata} of metadata`);
  }

  #call(number: number, block: number, bytes: number): number {
    const helper = this.#environment.helper(number) as HostFunction & { call(block: number, bytes: number): number };
    return helper.call(block, bytes);
  }
}
