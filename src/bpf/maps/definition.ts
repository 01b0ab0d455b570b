/** What BPF_MAP_CREATE is given. */
export interface MapDefinition {
  /** One of MAP_TYPES. */
  readonly type: number;
  /** Bytes. */
  readonly keySize: number;
  /** Bytes. */
  readonly valueSize: number;
  readonly maxEntries: number;
  /** CREATE_FLAG. */
  readonly flags: number;
}
