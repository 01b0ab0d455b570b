import { CaptureClock } from "./clock.ts";
import { canonicalLinkType } from "./link-type.ts";
import { effectiveSnapshotLength } from "./snapshot-length.ts";

/** What an Interface Description Block says about the packets that refer to it. */
export interface CaptureInterface {
  /** LINKTYPE_ value. */
  readonly linkType: number;
  /** In bytes; no packet may have more. */
  readonly snapshotLength: number;
  readonly clock: CaptureClock;
}

const FIXED_SIZE = 8;
const OPTION_HEADER_SIZE = 4;
const OPT_ENDOFOPT = 0;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const MICROSECONDS = 6;

/**
 * Reads the body of an Interface Description Block, `view[at] .. view[end - 1]`:
 *
 *     link type 2 | reserved 2 | snapshot length 4 | options: code 2 | length 2 | value, padded to 4 bytes
 *
 * `damaged` is called with the end of a sentence that begins with "The Interface Description Block", and throws.
 */
export function readInterface(
  view: DataView,
  at: number,
  end: number,
  little: boolean,
  damaged: (problem: string) => never,
): CaptureInterface {
  if (end - at < FIXED_SIZE) damaged(`has ${end - at} bytes where ${FIXED_SIZE} are wanted`);
  const linkType = canonicalLinkType(view.getUint16(at, little));
  const snapshotLength = effectiveSnapshotLength(view.getUint32(at + 4, little), linkType);
  let resolution: number | undefined;
  let offset: number | undefined;

  let option = at + FIXED_SIZE;
  while (option < end) {
    const code = view.getUint16(option, little);
    const length = view.getUint16(option + 2, little);
    const value = option + OPTION_HEADER_SIZE;
    option = value + ((length + 3) & ~3);
    if (option > end) damaged(`has option ${code} with ${length} bytes, of which ${end - value} are in the block`);
    if (code === OPT_ENDOFOPT) {
      if (length !== 0) damaged(`ends its options with one of length ${length}, where 0 is wanted`);
      break;
    }
    if (code === IF_TSRESOL) {
      if (length !== 1) damaged(`has if_tsresol with ${length} bytes, where 1 is wanted`);
      if (resolution !== undefined) damaged("has if_tsresol twice");
      resolution = view.getUint8(value);
      const [base, exponent, most] = resolution & 0x80 ? [2, resolution & 0x7f, 63] : [10, resolution, 19];
      if (exponent > most) damaged(`has a time resolution of ${base}^-${exponent}; the finest is ${base}^-${most}`);
    } else if (code === IF_TSOFFSET) {
      if (length !== 8) damaged(`has if_tsoffset with ${length} bytes, where 8 are wanted`);
      if (offset !== undefined) damaged("has if_tsoffset twice");
      offset = Number(view.getBigInt64(value, little));
    }
  }
  return { linkType, snapshotLength, clock: new CaptureClock(resolution ?? MICROSECONDS, offset ?? 0) };
}
