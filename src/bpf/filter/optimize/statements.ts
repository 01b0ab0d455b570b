import type { Block } from "../ir/block.ts";
import { ALU, CLASS, classOf, isIndirect, madeAbsolute, OP, SOURCE_X } from "../ir/opcode.ts";
import { NOP, type Statement } from "../ir/statement.ts";
import { A, ATOMS, X } from "./atoms.ts";
import { removeDeadStores } from "./dead-stores.ts";
import { divisor, fold } from "./fold.ts";
import { ImpossibleOperation, type Pass } from "./pass.ts";
import { improveBlock } from "./peephole.ts";

/** Finds the values at the end of a block, and where `alter` is set, replaces statements by simpler ones of the same value. */
export function evaluateBlock(pass: Pass, block: Block, alter: boolean): void {
  const { values } = block;
  inherit(block);
  const [a, x] = [values[A]!, values[X]!];
  for (const statement of block.statements) evaluate(pass, statement, values, alter);
  const changesNothing = block.usedAfter === 0 && a !== 0 && values[A] === a && x !== 0 && values[X] === x;
  if (alter && (changesNothing || block.isReturn)) {
    if (block.statements.length > 0) {
      block.statements = [];
      pass.changed();
    }
  } else {
    improveBlock(pass, block);
    removeDeadStores(pass, block);
  }
  block.operandValue = (block.code & SOURCE_X) === 0 ? pass.values.ofConstant(block.k) : values[X]!;
}

/** A value is known at the beginning if it is the same at the end of every block before. */
function inherit({ values, incoming }: Block): void {
  const [first, ...others] = incoming;
  if (first === undefined) values.fill(0);
  else values.set(first.from.values);
  for (const { from } of others)
    for (let atom = 0; atom < ATOMS; atom++) if (values[atom] !== from.values[atom]) values[atom] = 0;
}

/** Gives an atom a value; a statement that gives it the one it has does nothing. */
function store(statement: Statement, values: Int32Array, atom: number, value: number, alter: boolean): void {
  if (alter && value !== 0 && values[atom] === value) statement.code = NOP;
  else values[atom] = value;
}

function evaluate(pass: Pass, s: Statement, values: Int32Array, alter: boolean): void {
  const known = pass.values;
  switch (s.code) {
    case NOP:
      break;
    case OP.LD_IMM:
      store(s, values, A, known.ofConstant(s.k), alter);
      break;
    case OP.LDX_IMM:
      store(s, values, X, known.ofConstant(s.k), alter);
      break;
    case OP.LD_LEN:
      store(s, values, A, known.of(s.code, 0, 0), alter);
      break;
    case OP.LDX_MSH:
      store(s, values, X, known.of(s.code, s.k, 0), alter);
      break;
    case OP.LD_MEM:
      recall(pass, s, values, A, OP.LD_IMM, alter);
      break;
    case OP.LDX_MEM:
      recall(pass, s, values, X, OP.LDX_IMM, alter);
      break;
    case OP.ST:
      store(s, values, s.k, values[A]!, alter);
      break;
    case OP.STX:
      store(s, values, s.k, values[X]!, alter);
      break;
    case OP.TAX:
      store(s, values, X, values[A]!, alter);
      break;
    case OP.TXA:
      store(s, values, A, values[X]!, alter);
      break;
    case OP.NEG:
      negate(pass, s, values, alter);
      break;
    default:
      if (classOf(s.code) === CLASS.LD) loadPacket(pass, s, values, alter);
      else if (classOf(s.code) === CLASS.ALU)
        ((s.code & SOURCE_X) === 0 ? operateOnConstant : operateOnX)(pass, s, values, alter);
  }
}

function negate(pass: Pass, s: Statement, values: Int32Array, alter: boolean): void {
  const a = values[A]!;
  if (alter && pass.values.isConstant(a)) {
    s.k = -pass.values.constant(a) >>> 0;
    s.code = OP.LD_IMM;
    values[A] = pass.values.ofConstant(s.k);
  } else values[A] = pass.values.of(s.code, a, 0);
}

/** A load from the packet; one at a constant offset is absolute. */
function loadPacket(pass: Pass, s: Statement, values: Int32Array, alter: boolean): void {
  const known = pass.values;
  let offset = isIndirect(s.code) ? values[X]! : 0;
  if (isIndirect(s.code) && alter && known.isConstant(offset)) {
    s.code = madeAbsolute(s.code);
    s.k = (s.k + known.constant(offset)) >>> 0;
    offset = 0;
    pass.changed();
  }
  store(s, values, A, known.of(s.code, s.k, offset), alter);
}

/** A load from a scratch slot; one whose content is constant is the constant. */
function recall(pass: Pass, s: Statement, values: Int32Array, atom: number, immediate: number, alter: boolean): void {
  const value = values[s.k]!;
  if (alter && pass.values.isConstant(value)) {
    s.code = immediate;
    s.k = pass.values.constant(value);
    pass.changed();
  }
  store(s, values, atom, value, alter);
}

function operateOnConstant(pass: Pass, s: Statement, values: Int32Array, alter: boolean): void {
  const known = pass.values;
  const operation = s.code;
  if (alter && s.k === 0)
    switch (operation) {
      case ALU.ADD:
      case ALU.LSH:
      case ALU.RSH:
      case ALU.OR:
      case ALU.XOR:
        s.code = NOP;
        return;
      case ALU.MUL:
      case ALU.AND:
        s.code = OP.LD_IMM;
        values[A] = known.ofConstant(0);
        return;
      case ALU.DIV:
      case ALU.MOD:
        divisor(0);
    }
  if (alter && known.isConstant(values[A]!)) {
    becomeConstant(pass, s, values, fold(operation, known.constant(values[A]!), s.k));
    return;
  }
  values[A] = known.of(s.code, values[A]!, known.ofConstant(s.k));
}

function operateOnX(pass: Pass, s: Statement, values: Int32Array, alter: boolean): void {
  const known = pass.values;
  const operation = s.code & ~SOURCE_X;
  const [a, x] = [values[A]!, values[X]!];
  if (alter && known.isConstant(x)) {
    if (known.isConstant(a)) {
      becomeConstant(pass, s, values, fold(operation, known.constant(a), known.constant(x)));
      return;
    }
    s.code = operation;
    s.k = known.constant(x);
    if ((operation === ALU.LSH || operation === ALU.RSH) && s.k > 31)
      throw new ImpossibleOperation(`The expression shifts a 32-bit value by ${s.k} bits.`);
    pass.changed();
    values[A] = known.of(s.code, a, known.ofConstant(s.k));
    return;
  }
  if (alter && known.isConstant(a) && known.constant(a) === 0)
    switch (operation) {
      case ALU.ADD:
      case ALU.OR:
      case ALU.XOR:
        s.code = OP.TXA;
        store(s, values, A, x, alter);
        return;
      case ALU.MUL:
      case ALU.DIV:
      case ALU.MOD:
      case ALU.AND:
      case ALU.LSH:
      case ALU.RSH:
        s.code = OP.LD_IMM;
        s.k = 0;
        store(s, values, A, known.ofConstant(0), alter);
        return;
    }
  values[A] = known.of(s.code, a, x);
}

function becomeConstant(pass: Pass, s: Statement, values: Int32Array, k: number): void {
  s.code = OP.LD_IMM;
  s.k = k;
  pass.changed();
  values[A] = pass.values.ofConstant(k);
}
