import type { ClassicInstruction } from "../classic/instruction.ts";
import { Context } from "./codegen/context.ts";
import { generate } from "./codegen/generate.ts";
import { linkLayout } from "./codegen/link-layout.ts";
import { forDataStart } from "./data-start.ts";
import { Block } from "./ir/block.ts";
import { connect } from "./ir/condition.ts";
import { OP } from "./ir/opcode.ts";
import { layOut } from "./layout.ts";
import { nameOfLinkType } from "./names/link-types.ts";
import { optimize } from "./optimize/optimize.ts";
import { ImpossibleOperation } from "./optimize/pass.ts";
import type { FilterOptions } from "./options.ts";
import { parseFilter } from "./syntax/parser.ts";
import { Refusal } from "./syntax/refusal.ts";

const ETHERNET = 1;
/** tcpdump's own snapshot length. */
const SNAP_LENGTH = 262_144;

/**
 * Compiles an expression of tcpdump's filter language (pcap-filter(7)) to classic BPF, as pcap_compile of libpcap 1.10
 * does: a program that returns the snapshot length for packets of which the expression holds, and else 0.
 * Throws a ProgramTextError where libpcap refuses the expression: it cannot be read, means nothing on this link type, or
 * holds of no packet.
 */
export function compileFilter(text: string, options: FilterOptions = {}): ClassicInstruction[] {
  const { dataStart = "link", ...others } = options;
  try {
    if (dataStart === "link") return compile(text, others);
    return forDataStart(compile(text, { ...others, kernelVlan: true }), dataStart);
  } catch (error) {
    throw error instanceof Refusal ? error.in(text) : error;
  }
}

function compile(text: string, options: FilterOptions): ClassicInstruction[] {
  const everything = { start: 0, end: text.length };
  const linkType = options.linkType ?? ETHERNET;
  const layout = linkLayout(linkType);
  if (layout === undefined)
    throw new Refusal(everything, `Filters cannot be compiled for link type ${nameOfLinkType(linkType)}.`);
  const take = new Block([], OP.RET_K, options.snapLength ?? SNAP_LENGTH);
  const leave = new Block([], OP.RET_K, 0);

  const expression = parseFilter(text);
  if (expression === undefined) return layOut(take);
  const context = new Context(linkType, layout, options);
  const root = connect(generate(context, expression), take, leave);
  if (options.optimize === false || !context.optimizable) return layOut(root);
  const best = optimizeOrRefuse(root, everything);
  if (best.code === OP.RET_K && best.k === 0) throw new Refusal(everything, "The expression holds of no packet.");
  return layOut(best);
}

function optimizeOrRefuse(root: Block, span: { start: number; end: number }): Block {
  try {
    return optimize(root);
  } catch (error) {
    throw error instanceof ImpossibleOperation ? new Refusal(span, error.message) : error;
  }
}
