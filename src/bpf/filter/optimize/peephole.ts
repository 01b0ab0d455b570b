import type { Block } from "../ir/block.ts";
import { ALU, CLASS, classOf, isIndirect, JUMP, OP, SOURCE_X } from "../ir/opcode.ts";
import { NOP, type Statement } from "../ir/statement.ts";
import { A, A_BIT, X, X_BIT } from "./atoms.ts";
import type { Pass } from "./pass.ts";

/** Replaces known sequences of statements at the end of which the same is computed, and decides branches that can be decided. */
export function improveBlock(pass: Pass, block: Block): void {
  if (block.statements.length === 0) return;
  const last = improveStatements(pass, block);
  if (block.code === JUMP.EQ && (block.usedAfter & A_BIT) === 0) moveIntoComparison(pass, block, last);
  decideBitTest(block);
  compareWithConstant(pass, block);
  decideComparison(pass, block);
}

/** Returns the last statement that is not the only one left. */
function improveStatements(pass: Pass, block: Block): Statement {
  const { statements } = block;
  const skip = (from: number) => {
    let at = from;
    while (at < statements.length && statements[at]!.code === NOP) at++;
    return at;
  };
  let last = statements[0]!;
  for (let at = skip(0); at < statements.length; ) {
    const s = statements[at]!;
    const nextAt = skip(at + 1);
    const next = statements[nextAt];
    if (next === undefined) break;
    last = next;
    // st M[k], ldx M[k] -> st M[k], tax
    if (s.code === OP.ST && next.code === OP.LDX_MEM && s.k === next.k) {
      next.code = OP.TAX;
      pass.changed();
    }
    // ld #k, tax -> ldx #k, txa
    if (s.code === OP.LD_IMM && next.code === OP.TAX) {
      s.code = OP.LDX_IMM;
      next.code = OP.TXA;
      pass.changed();
    }
    if (s.code === OP.LD_IMM && (block.usedAfter & X_BIT) === 0) {
      // ld #i, (ldxb 4*([k]&0xf),) add x, tax, ld [x + o] -> (ldxb ...,) ld [x + o + i]
      const addAt = next.code === OP.LDX_MSH ? skip(nextAt + 1) : nextAt;
      const taxAt = skip(addAt + 1);
      const add = statements[addAt];
      const tax = statements[taxAt];
      const load = statements[skip(taxAt + 1)];
      if (
        add?.code === (ALU.ADD | SOURCE_X) &&
        tax?.code === OP.TAX &&
        load !== undefined &&
        classOf(load.code) === CLASS.LD &&
        isIndirect(load.code)
      ) {
        load.k = (load.k + s.k) >>> 0;
        s.code = NOP;
        add.code = NOP;
        tax.code = NOP;
        pass.changed();
      }
    }
    at = nextAt;
    // What was taken out above is passed over, as nothing that follows it can match.
    if (statements[at]!.code === NOP) at = skip(at);
  }
  return last;
}

/** An operation whose result is compared with a constant, and not used otherwise, may become part of the comparison. */
function moveIntoComparison(pass: Pass, block: Block, last: Statement): void {
  const x = block.values[X]!;
  if (last.code === (ALU.SUB | SOURCE_X)) {
    if (pass.values.isConstant(x)) {
      block.k = (block.k + pass.values.constant(x)) >>> 0;
      last.code = NOP;
      pass.changed();
    } else if (block.k === 0) {
      last.code = NOP;
      block.code = JUMP.EQ | SOURCE_X;
      pass.changed();
    }
  } else if (last.code === ALU.SUB) {
    last.code = NOP;
    block.k = (block.k + last.k) >>> 0;
    pass.changed();
  } else if (last.code === ALU.AND && block.k === 0) {
    block.k = last.k;
    block.code = JUMP.SET;
    last.code = NOP;
    pass.changed();
    [block.whenTrue.to, block.whenFalse.to] = [block.whenFalse.to, block.whenTrue.to];
  }
}

/** No bit is never set, and one of all bits is taken to be always set. */
function decideBitTest(block: Block): void {
  if (block.code !== JUMP.SET) return;
  if (block.k === 0) block.whenTrue.to = block.whenFalse.to;
  if (block.k === 0xffff_ffff) block.whenFalse.to = block.whenTrue.to;
}

function compareWithConstant(pass: Pass, block: Block): void {
  const x = block.values[X]!;
  if (!pass.values.isConstant(x) || (block.code & SOURCE_X) === 0) return;
  block.code &= ~SOURCE_X;
  block.k = pass.values.constant(x);
}

function decideComparison(pass: Pass, block: Block): void {
  const a = block.values[A]!;
  if (!pass.values.isConstant(a) || (block.code & SOURCE_X) !== 0) return;
  const holds = compare(block.code, pass.values.constant(a), block.k);
  if (block.whenTrue.to !== block.whenFalse.to) pass.changed();
  if (holds) block.whenFalse.to = block.whenTrue.to;
  else block.whenTrue.to = block.whenFalse.to;
}

function compare(code: number, a: number, k: number): boolean {
  switch (code) {
    case JUMP.EQ:
      return a === k;
    case JUMP.GT:
      return a > k;
    case JUMP.GE:
      return a >= k;
    default:
      return (a & k) !== 0;
  }
}
