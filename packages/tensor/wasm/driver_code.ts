/**
 * The functions that walk a list of instructions, in the order in which they
 * are in their module: `piece`, `part`, `share`, `execute` and `work`. The
 * main thread runs the first four; `work` is where the others spend their
 * lives. See threads/job_code.ts for `share` and `work`.
 */

import { assemble, FunctionBuilder, i32 } from "./assembler.ts";
import { field, kinds, recordBytes } from "./instruction.ts";
import { emitShare, emitWork, functionIndex } from "./threads/job_code.ts";

/** Assembles the module; memory is shared or not. */
export function assembleDriver(shared: boolean): Uint8Array<ArrayBuffer> {
  const functions = {
    piece: emitPiece(),
    part: emitPart(),
    share: emitShare(),
    execute: emitExecute(),
    work: emitWork(),
  };
  return assemble(functions, shared, {
    constants: ["control"],
    functions: {
      stall: { params: [i32] },
      load: { params: [], results: [i32] },
    },
  });
}

/** Pushes the smaller of two locals. */
function smaller(f: FunctionBuilder, a: number, b: number): void {
  f.get(a);
  f.get(b);
  f.get(a);
  f.get(b);
  f.op("i32.lt_s");
  f.op("select");
}

/** piece(record, begin, end): a part of a range, and what is chained to it. */
function emitPiece(): FunctionBuilder {
  const f = new FunctionBuilder([i32, i32, i32]);
  const record = 0, begin = 1, end = 2;
  const limit = f.local(i32), to = f.local(i32);
  field(f, record, "args");
  f.get(begin);
  f.get(end);
  field(f, record, "slot");
  f.callSlot();
  field(f, record, "kind");
  f.i32(kinds.chained);
  f.op("i32.eq");
  f.if();
  field(f, record, "nextLimit");
  f.set(limit);
  f.get(end);
  field(f, record, "nextScale");
  f.op("i32.mul");
  f.set(to);
  field(f, record, "nextArgs");
  f.get(begin);
  field(f, record, "nextScale");
  f.op("i32.mul");
  smaller(f, to, limit);
  field(f, record, "nextSlot");
  f.callSlot();
  f.end();
  return f;
}

/** part(record, index, size): the `index`-th piece of `size`. */
function emitPart(): FunctionBuilder {
  const f = new FunctionBuilder([i32, i32, i32]);
  const record = 0, index = 1, size = 2;
  const begin = f.local(i32), to = f.local(i32), end = f.local(i32);
  field(f, record, "begin");
  f.get(index);
  f.get(size);
  f.op("i32.mul");
  f.op("i32.add");
  f.tee(begin);
  f.get(size);
  f.op("i32.add");
  f.set(to);
  field(f, record, "end");
  f.set(end);
  f.get(record);
  f.get(begin);
  smaller(f, to, end);
  f.call(functionIndex.piece);
  return f;
}

/** execute(list, count, times): the index of an assertion that does not hold, or -1. */
function emitExecute(): FunctionBuilder {
  const f = new FunctionBuilder([i32, i32, i32], [i32]);
  const list = 0, count = 1, times = 2;
  const record = f.local(i32), last = f.local(i32), kind = f.local(i32);
  f.get(list);
  f.get(count);
  f.i32(recordBytes);
  f.op("i32.mul");
  f.op("i32.add");
  f.set(last);
  f.block();
  f.loop(); // over times
  f.get(times);
  f.i32(1);
  f.op("i32.lt_s");
  f.brIf(1);
  f.increase(times, -1);
  f.get(list);
  f.set(record);
  f.loop(); // over instructions
  f.get(record);
  f.get(last);
  f.op("i32.eq");
  f.brIf(1);
  field(f, record, "kind");
  f.tee(kind);
  field(f, record, "grain");
  f.op("i32.or");
  f.op("i32.eqz");
  f.if();
  field(f, record, "args");
  field(f, record, "begin");
  field(f, record, "end");
  field(f, record, "slot");
  f.callSlot();
  f.op("else");
  f.get(kind);
  f.i32(kinds.assertion);
  f.op("i32.eq");
  f.if();
  field(f, record, "args");
  f.mem("i32.load8_u");
  f.op("i32.eqz");
  f.if();
  f.get(record);
  f.get(list);
  f.op("i32.sub");
  f.i32(recordBytes);
  f.op("i32.div_u");
  f.op("return");
  f.end();
  f.op("else");
  f.get(record);
  f.call(functionIndex.share);
  f.end();
  f.end();
  f.increase(record, recordBytes);
  f.br(0);
  f.end();
  f.br(0);
  f.end();
  f.end();
  f.i32(-1);
  return f;
}
