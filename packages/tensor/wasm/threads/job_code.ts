/** The code by which threads share the range of an instruction; see control.ts for how they agree. */

import { FunctionBuilder, i32, i64 } from "../assembler.ts";
import { field, kinds } from "../instruction.ts";
import {
  add,
  ceilDivide,
  control,
  exchange,
  readClaim,
  shared,
} from "./claim_code.ts";
import { at, piecesPerThread, workerBytes } from "./control.ts";

/** Indices of the functions in the module of the driver; `stall` and `load` are imported. */
export const functionIndex = { stall: 0, load: 1, piece: 2, part: 3, share: 4 };
/** share(record): an instruction whose range may be cut. */
export function emitShare(): FunctionBuilder {
  const f = new FunctionBuilder([i32]);
  const record = 0;
  const [length, size, pieces, threads, first, end, own, left] = Array.from(
    { length: 8 },
    () => f.local(i32),
  ) as [number, number, number, number, number, number, number, number];
  const most = f.local(i32), claim = f.local(i64);
  field(f, record, "end");
  field(f, record, "begin");
  f.op("i32.sub");
  f.tee(length);
  f.i32(1);
  f.op("i32.lt_s");
  f.if();
  f.op("return");
  f.end();
  field(f, record, "grain");
  f.tee(size);
  f.i32(1);
  f.op("i32.lt_s");
  f.if();
  f.get(length);
  f.set(size);
  f.end();
  ceilDivide(f, length, size);
  f.tee(pieces);
  f.i32(1);
  f.op("i32.gt_s");
  f.if();
  f.constant(control);
  f.constant(control);
  f.mem("i32.load", at.wanted);
  f.i32(1);
  f.op("i32.add");
  f.mem("i32.store", at.wanted);
  f.end();
  shared(f, at.ready);
  f.i32(1);
  f.op("i32.add");
  f.tee(threads);
  f.i32(1);
  f.op("i32.eq");
  f.get(pieces);
  f.i32(1);
  f.op("i32.eq");
  f.op("i32.or");
  f.if();
  alone(f, { record, length, size, pieces, first });
  f.op("return");
  f.end();

  // No more pieces than are good for evening out.
  f.get(threads);
  f.i32(piecesPerThread);
  f.op("i32.mul");
  f.set(most);
  f.get(size);
  ceilDivide(f, pieces, most);
  f.op("i32.mul");
  f.set(size);
  ceilDivide(f, length, size);
  f.set(pieces);

  f.constant(control);
  f.get(record);
  f.mem("i32.store", at.record);
  f.constant(control);
  f.get(size);
  f.mem("i32.store", at.size);
  f.constant(control);
  f.i32(0);
  f.atomic("i32.atomic.store", at.done);
  // The next job: pieces 0 to `pieces`.
  f.constant(control);
  f.constant(control);
  f.atomic("i64.atomic.load", at.claim);
  f.i64(32);
  f.op("i64.shr_u");
  f.i64(1);
  f.op("i64.add");
  f.i64(32);
  f.op("i64.shl");
  f.get(pieces);
  f.i32(16);
  f.op("i32.shl");
  f.op("i64.extend_i32_u");
  f.op("i64.or");
  f.atomic("i64.atomic.store", at.claim);
  shared(f, at.sleepers);
  f.if();
  add(f, at.wake, 1);
  f.constant(control);
  f.get(pieces);
  f.i32(1);
  f.op("i32.sub");
  f.atomic("memory.atomic.notify", at.wake);
  f.op("drop");
  f.end();

  // Pieces are claimed from the front, and by workers from the back.
  f.block();
  f.loop();
  readClaim(f, claim, first, end);
  f.get(first);
  f.get(end);
  f.op("i32.ge_s");
  f.brIf(1);
  exchange(f, claim, 1);
  f.op("i32.eqz");
  f.brIf(0);
  f.get(record);
  f.get(first);
  f.get(size);
  f.call(functionIndex.part);
  f.increase(own, 1);
  f.br(0);
  f.end();
  f.end();

  // Only what others claimed is waited for.
  f.get(pieces);
  f.get(own);
  f.op("i32.sub");
  f.set(pieces);
  f.constant(control);
  f.mem("i32.load", at.spins);
  f.set(left);
  f.block();
  f.loop();
  shared(f, at.done);
  f.get(pieces);
  f.op("i32.eq");
  f.brIf(1);
  f.increase(left, -1);
  f.get(left);
  f.i32(0);
  f.op("i32.gt_s");
  f.brIf(0);
  f.get(pieces);
  f.call(functionIndex.stall);
  f.br(0);
  f.end();
  f.end();
  shared(f, at.failed);
  f.if();
  f.i32(-1);
  f.call(functionIndex.stall);
  f.end();
  return f;
}

/** One thread does all: at once, or piece by piece if something is chained to them. */
function alone(
  f: FunctionBuilder,
  l: Readonly<
    Record<"record" | "length" | "size" | "pieces" | "first", number>
  >,
): void {
  field(f, l.record, "kind");
  f.i32(kinds.chained);
  f.op("i32.ne");
  f.if();
  f.get(l.length);
  f.set(l.size);
  f.i32(1);
  f.set(l.pieces);
  f.end();
  f.loop();
  f.get(l.record);
  f.get(l.first);
  f.get(l.size);
  f.call(functionIndex.part);
  f.increase(l.first, 1);
  f.get(l.first);
  f.get(l.pieces);
  f.op("i32.lt_s");
  f.brIf(0);
  f.end();
}

/** work(index): claims pieces until it is told to quit. */
export function emitWork(): FunctionBuilder {
  const f = new FunctionBuilder([i32]);
  const index = 0;
  const own = f.local(i32), loaded = f.local(i32), left = f.local(i32);
  const first = f.local(i32), end = f.local(i32), seen = f.local(i32);
  const claim = f.local(i64);
  f.constant(control);
  f.get(index);
  f.i32(workerBytes);
  f.op("i32.mul");
  f.op("i32.add");
  f.set(own);
  const busy = (value: number) => {
    f.get(own);
    f.i32(value);
    f.atomic("i32.atomic.store", at.workers);
  };
  const isEmpty = () => {
    readClaim(f, claim, first, end);
    f.get(first);
    f.get(end);
    f.op("i32.ge_s");
  };
  const rest = () => {
    f.constant(control);
    f.mem("i32.load", at.spins);
    f.set(left);
  };
  f.loop(); // a claim
  rest();
  f.block(); // left when there is something to claim
  f.loop();
  isEmpty();
  f.op("i32.eqz");
  f.brIf(1);
  shared(f, at.quit);
  f.if();
  f.op("return");
  f.end();
  // A main thread that did not get to the first piece does not run: this one may be in its way.
  f.get(first);
  f.op("i32.eqz");
  f.if();
  f.i32(0);
  f.set(left);
  f.end();
  f.increase(left, -1);
  f.get(left);
  f.i32(0);
  f.op("i32.gt_s");
  f.brIf(0);
  // Who makes a job looks for sleepers after it, so one of both sees the other.
  shared(f, at.wake);
  f.set(seen);
  add(f, at.sleepers, 1);
  isEmpty();
  shared(f, at.quit);
  f.op("i32.eqz");
  f.op("i32.and");
  f.if();
  f.constant(control);
  f.get(seen);
  f.i64(-1);
  f.atomic("memory.atomic.wait32", at.wake);
  f.op("drop");
  f.end();
  add(f, at.sleepers, -1);
  rest();
  f.br(0);
  f.end();
  f.end();
  // Code is loaded before a claim, as nobody waits for that.
  shared(f, at.published);
  f.get(loaded);
  f.op("i32.ne");
  f.if();
  f.call(functionIndex.load);
  f.set(loaded);
  f.br(1);
  f.end();
  busy(1);
  exchange(f, claim, -0x10000);
  f.if();
  f.constant(control);
  f.mem("i32.load", at.record);
  f.get(end);
  f.i32(1);
  f.op("i32.sub");
  f.constant(control);
  f.mem("i32.load", at.size);
  f.call(functionIndex.part);
  // In this order: who waits for busy threads may count on what they have done.
  add(f, at.done, 1);
  busy(0);
  shared(f, at.mainWaits);
  f.if();
  f.constant(control);
  f.i32(1);
  f.atomic("memory.atomic.notify", at.done);
  f.op("drop");
  f.end();
  f.op("else");
  busy(0);
  f.end();
  f.br(0);
  f.end();
  return f;
}
