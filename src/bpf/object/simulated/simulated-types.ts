import { HELPER_NAMES } from "../../isa/helper-names.ts";
import { MAP_TYPE } from "../../maps/map-type.ts";
import type { Btf } from "../btf/btf-type.ts";
import { ATTACH_TYPE } from "../section/attach-type.ts";
import { CONTEXTS, HEADERS } from "./contexts.ts";
import { declareFunctions, declareTracepoints, declareTypes } from "./declarations.ts";
import { DROP_REASONS } from "./drop-reasons.ts";
import { KERNEL_STRUCTS } from "./kernel-structs.ts";
import { PROTOTYPES, TRACEPOINT_PROTOTYPES } from "./prototypes.ts";
import { TRACEPOINT_RECORDS } from "./tracepoint-records.ts";
import { TypeBuilder } from "./type-builder.ts";

let built: Btf | undefined;

/**
 * The types of the simulated kernel that programs may ask for by CO-RE: what contexts and helpers give, headers, what tracing programs
 * get pointers to, the functions and tracepoints that they attach to, and the enumerations by which programs find out what a kernel
 * has. The same as Linux 6.18's.
 */
export function simulatedTypes(): Btf {
  built ??= build();
  return built;
}

function build(): Btf {
  const types = new TypeBuilder();
  types.number(1, false, "unsigned char", "__u8", "u8");
  types.number(2, false, "unsigned short", "__u16", "u16", "__be16", "__sum16");
  types.number(4, false, "unsigned int", "__u32", "u32", "__be32");
  types.number(8, false, "unsigned long long", "__u64", "u64");
  types.number(8, false, "unsigned long", "size_t");
  // Kernels are compiled with -funsigned-char.
  types.number(1, false, "char");
  types.number(2, true, "short");
  types.number(4, true, "int", "__s32", "s32");
  types.number(8, true, "long", "ssize_t");
  types.number(8, true, "long long", "__s64", "s64");
  types.boolean();
  types.enumeration(
    "skb_drop_reason",
    DROP_REASONS.map((name, number) => [name, number]),
  );
  declareTypes(types, CONTEXTS + HEADERS + KERNEL_STRUCTS + TRACEPOINT_RECORDS);
  declareFunctions(types, PROTOTYPES);
  types.enumeration(
    "bpf_func_id",
    HELPER_NAMES.map((name, number) => [`BPF_FUNC_${name.replace(/^bpf_/, "")}`, number]),
  );
  types.enumeration(
    "bpf_map_type",
    Object.entries(MAP_TYPE).map(([name, number]) => [`BPF_MAP_TYPE_${name.toUpperCase()}`, number]),
  );
  declareTracepoints(types, TRACEPOINT_PROTOTYPES);
  types.enumeration(
    "bpf_attach_type",
    Object.entries(ATTACH_TYPE).map(([name, number]) => [`BPF_${name}`, number]),
  );
  types.enumeration(
    "xdp_action",
    Object.entries({ XDP_ABORTED: 0, XDP_DROP: 1, XDP_PASS: 2, XDP_TX: 3, XDP_REDIRECT: 4 }),
  );
  return types.build();
}
