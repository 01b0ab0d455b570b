import { HELPER_NAMES } from "../../isa/helper-names.ts";

/** `bpf_map_lookup_elem#1` */
export const helperText = (number: number): string => `${HELPER_NAMES[number] ?? "unknown"}#${number}`;
