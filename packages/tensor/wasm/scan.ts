/** Running sums and products on the CPU: a small module of its own, as the general kernel has no order of elements. */

import { assemble, f64, FunctionBuilder, i32, i64 } from "./assembler.ts";
import { heap } from "./heap.ts";
import { instantiate, type Run } from "./launch.ts";

/** The types that scans run in. */
export type ScanType = "float32" | "float64" | "int64";

/** What is done with each element. */
export type ScanKind = "add" | "mul";

/** A row-major tensor seen as lines of `size` elements that lie `inner` elements apart. */
export interface Lines {
  /** Number of places before the dim of the lines. */
  readonly outer: number;
  /** Elements of a line. */
  readonly size: number;
  /** Number of places after the dim of the lines. */
  readonly inner: number;
}

const itemBytes = { float32: 4, float64: 8, int64: 8 };

/**
 * A module whose `run` goes over lines `begin` to `end`. As in PyTorch, float32
 * accumulates in float64 and each result is rounded once.
 */
function emitScan(
  dtype: ScanType,
  kind: ScanKind,
  shared: boolean,
): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder([i32, i32, i32]);
  const args = 0, begin = 1, end = 2;
  const [source, target, size, inner, step] = [0, 1, 2, 3, 4].map(() =>
    f.local(i32)
  ) as [number, number, number, number, number];
  const from = f.local(i32), to = f.local(i32), left = f.local(i32);
  const integer = dtype === "int64";
  const acc = f.local(integer ? i64 : f64);

  [source, target, size, inner].forEach((local, word) => {
    f.get(args);
    f.mem("i32.load", 4 * word);
    f.set(local);
  });
  f.get(inner);
  f.i32(itemBytes[dtype]);
  f.op("i32.mul");
  f.set(step);

  f.block();
  f.loop();
  f.get(begin);
  f.get(end);
  f.op("i32.ge_s");
  f.brIf(1);
  // Where the line starts: (line / inner) * size * inner + line % inner.
  f.get(begin);
  f.get(inner);
  f.op("i32.div_s");
  f.get(size);
  f.op("i32.mul");
  f.get(inner);
  f.op("i32.mul");
  f.get(begin);
  f.get(inner);
  f.op("i32.rem_s");
  f.op("i32.add");
  f.i32(itemBytes[dtype]);
  f.op("i32.mul");
  f.tee(from);
  f.get(target);
  f.op("i32.add");
  f.set(to);
  f.get(from);
  f.get(source);
  f.op("i32.add");
  f.set(from);
  f.i32(kind === "add" ? 0 : 1);
  f.op("i64.extend_i32_s");
  if (!integer) f.op("f64.convert_i64_s");
  f.set(acc);
  f.get(size);
  f.set(left);

  f.loop();
  f.get(to);
  f.get(acc);
  f.get(from);
  switch (dtype) {
    case "float32":
      f.mem("f32.load");
      f.op("f64.promote_f32");
      break;
    case "float64":
      f.mem("f64.load");
      break;
    default:
      f.mem("i64.load");
  }
  f.op(`${integer ? "i64" : "f64"}.${kind}`);
  f.tee(acc);
  if (dtype === "float32") {
    f.op("f32.demote_f64");
    f.mem("f32.store");
  } else f.mem(integer ? "i64.store" : "f64.store");
  for (const place of [from, to]) {
    f.get(place);
    f.get(step);
    f.op("i32.add");
    f.set(place);
  }
  f.increase(left, -1);
  f.get(left);
  f.brIf(0);
  f.end();

  f.increase(begin, 1);
  f.br(0);
  f.end();
  f.end();
  return assemble({ run: f }, shared);
}

const compiled = new Map<string, Run>();

/**
 * Writes the running sums or products of every line at address `source` to
 * `target`; both are row-major and no size may be 0.
 */
export function scan(
  dtype: ScanType,
  kind: ScanKind,
  lines: Lines,
  source: number,
  target: number,
): void {
  const key = `${kind} ${dtype}`;
  let run = compiled.get(key);
  if (!run) {
    run = instantiate(emitScan(dtype, kind, heap.shared));
    compiled.set(key, run);
  }
  const words = heap.i32, at = heap.args >> 2;
  words[at] = source;
  words[at + 1] = target;
  words[at + 2] = lines.size;
  words[at + 3] = lines.inner;
  run(heap.args, 0, lines.outer * lines.inner);
}
