const PAGE = 65_536;
/** Addresses below this belong to nothing, so that a null pointer with an offset is always an error. */
const FIRST_ADDRESS = PAGE;
const SMALLEST_CLASS = 6;

/**
 * The one linear memory of a simulation. Packets, and later contexts, stacks and map values, are blocks in it; an
 * address is a byte offset into `bytes`. Blocks come in powers of two from 64 bytes, and a released block is handed
 * out again before the memory grows, so that a steady load needs no further memory.
 */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** The whole memory. Growth replaces it: read it anew after anything that may allocate. */
  bytes: Uint8Array;
  /** The same as words of 32 bits in the host's byte order: word `i` is bytes `4 i` to `4 i + 3`. */
  words: Int32Array;
  /** Bytes in blocks that are handed out. */
  inUse = 0;
  private top = FIRST_ADDRESS;
  private readonly free: number[][] = [];

  /** @param maximum largest size in bytes; at most 4 GiB less one page. */
  constructor(maximum = 1 << 30) {
    this.memory = new WebAssembly.Memory({ initial: 32, maximum: Math.ceil(maximum / PAGE) });
    this.bytes = new Uint8Array(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
    for (let i = 0; i <= 32; i++) this.free.push([]);
  }

  /** Returns the address of at least `size` bytes, aligned to 64; their content is undefined. Throws RangeError when memory is used up. */
  allocate(size: number): number {
    const order = classOf(size);
    const block = (1 << order) >>> 0;
    const again = this.free[order]!.pop();
    this.inUse += block;
    if (again !== undefined) return again;
    const address = this.top;
    if (address + block > this.bytes.length) this.grow(address + block);
    this.top = address + block;
    return address;
  }

  /** Gives a block back; `size` is what it was allocated with. */
  release(address: number, size: number): void {
    const order = classOf(size);
    this.free[order]!.push(address);
    this.inUse -= (1 << order) >>> 0;
  }

  /** The little-endian u32 at `address`. */
  uint32(address: number): number {
    const { bytes } = this;
    return (
      (bytes[address]! | (bytes[address + 1]! << 8) | (bytes[address + 2]! << 16) | (bytes[address + 3]! << 24)) >>> 0
    );
  }

  setUint32(address: number, value: number): void {
    const { bytes } = this;
    bytes[address] = value;
    bytes[address + 1] = value >>> 8;
    bytes[address + 2] = value >>> 16;
    bytes[address + 3] = value >>> 24;
  }

  private grow(needed: number): void {
    // Doubling keeps the cost of growth constant per byte.
    const wanted = Math.max(needed, Math.min(this.bytes.length * 2, needed + (256 << 20)));
    const missing = Math.ceil((wanted - this.bytes.length) / PAGE);
    try {
      this.memory.grow(missing);
    } catch {
      this.memory.grow(Math.ceil((needed - this.bytes.length) / PAGE));
    }
    this.bytes = new Uint8Array(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
  }
}

/** Exponent of the block size that holds `size` bytes, at most 2 GiB. */
function classOf(size: number): number {
  const order = 32 - Math.clz32(Math.max(size, 1) - 1);
  return Math.max(order, SMALLEST_CLASS);
}
