import type { Work } from "../rows.ts";

/** A training work. */
export type TrainWork = Extract<Work, { kind: "train" }>;

/**
 * Returns numbers spread evenly over [-1, 1), the same ones in every language.
 *
 * They are hashes of their index and the seed, by the function lowbias32 of
 * Chris Wellons, "Prospecting for hash functions" (2018).
 */
export function uniform(
  count: number,
  seed: number,
  scale = 1,
): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    numbers[i] = scale * (hash(i, seed) / 2 ** 31 - 1);
  }
  return numbers;
}

function hash(i: number, seed: number): number {
  let x = (i + Math.imul(seed, 0x9e3779b9)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The weights of a layer: `weight` is of shape [outputs, inputs]. */
export interface Layer {
  inputs: number;
  outputs: number;
  weight: Float32Array<ArrayBuffer>;
  bias: Float32Array<ArrayBuffer>;
}

/** Returns the layers of a network with its first weights. */
export function layersOf({ widths }: TrainWork): Layer[] {
  return widths.slice(1).map((outputs, i) => {
    const inputs = widths[i]!;
    const scale = 1 / Math.sqrt(inputs);
    return {
      inputs,
      outputs,
      weight: uniform(inputs * outputs, 10 + 2 * i, scale),
      bias: uniform(outputs, 11 + 2 * i, scale),
    };
  });
}

/** Returns the input of shape [batch, first width]. */
export function inputOf({ widths, batch }: TrainWork): Float32Array<
  ArrayBuffer
> {
  return uniform(batch * widths[0]!, 1);
}

/** Returns what the network is to put out, of shape [batch, last width]. */
export function targetsOf({ widths, batch }: TrainWork): Float32Array<
  ArrayBuffer
> {
  return uniform(batch * widths.at(-1)!, 2);
}

/** Returns the class of each example, of shape [batch]. */
export function classesOf({ widths, batch }: TrainWork): Int32Array<
  ArrayBuffer
> {
  const classes = widths.at(-1)!;
  return Int32Array.from(
    uniform(batch, 3),
    (u) => Math.floor((u + 1) / 2 * classes) % classes,
  );
}

/** Returns the classes as rows with a one each, of shape [batch, last width]. */
export function oneHotOf(work: TrainWork): Float32Array<ArrayBuffer> {
  const classes = work.widths.at(-1)!;
  const rows = new Float32Array(work.batch * classes);
  classesOf(work).forEach((k, i) => rows[i * classes + k] = 1);
  return rows;
}

/** Returns a weight as [inputs, outputs]. */
export function transposed({ weight, inputs, outputs }: Layer): Float32Array<
  ArrayBuffer
> {
  return weight.map((_, i) =>
    weight[(i % outputs) * inputs + Math.floor(i / outputs)]!
  );
}
