/** A register's value before a byte swap: comparing that with a swapped constant saves the swap. */
export interface Swapped {
  /** I32 local with the value before the swap, zero-extended. */
  readonly local: number;
  readonly bits: 16 | 32;
}

/** What is known of the registers at a point within a block. */
export class Facts {
  /** Bits above these are 0. */
  private readonly bits = new Uint8Array(11).fill(64);
  private readonly swapped: (Swapped | undefined)[] = new Array(11).fill(undefined);

  /** Addresses that the program names which are in registers. */
  private readonly addresses: (number | undefined)[] = new Array(11).fill(undefined);

  /** Bytes that the packet is known to have. */
  packetBytes = 0;

  /** At the beginning of a block nothing is known. */
  clear(): void {
    this.packetBytes = 0;
    this.bits.fill(64);
    this.swapped.fill(undefined);
    this.addresses.fill(undefined);
  }

  /** The register is overwritten. */
  forget(register: number): void {
    this.bits[register] = 64;
    this.swapped[register] = undefined;
    this.addresses[register] = undefined;
  }

  fits(register: number, bits: number): boolean {
    return this.bits[register]! <= bits;
  }

  setFits(register: number, bits: number): void {
    this.bits[register] = bits;
  }

  /** The address that the program named by which the register got its value. */
  addressIn(register: number): number | undefined {
    return this.addresses[register];
  }

  setAddressIn(register: number, address: number | undefined): void {
    this.addresses[register] = address;
  }

  swapOf(register: number): Swapped | undefined {
    return this.swapped[register];
  }

  setSwapOf(register: number, swapped: Swapped): void {
    this.swapped[register] = swapped;
  }
}
