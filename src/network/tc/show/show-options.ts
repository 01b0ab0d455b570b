export interface ShowOptions {
  /** -s */
  readonly statistics: boolean;
  /** Each line says its device, as where tc is not asked about one. */
  readonly namesDevice: boolean;
}

/** What of traffic control is shown, as tc calls it. */
export type TcObject = "qdisc" | "class" | "filter";

/** What is shown of an interface. */
export interface TcShown {
  /** `node:interface`. */
  readonly label: string;
  /** Of filters: the side that they are of; absent: the disciplines. */
  readonly side?: "ingress" | "egress";
  readonly lines: readonly string[];
}
