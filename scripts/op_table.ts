/**
 * Writes the table of operations in packages/tensor/README.md, from what each
 * op of the op table really does with its samples: element types on the CPU,
 * the GPU, first and second derivatives.
 *
 *     deno run --allow-read --allow-write=packages/tensor scripts/op_table.ts
 */

import { grad } from "@gradus/autograd";
import {
  type DType,
  initWebGPU,
  isWebGPUAvailable,
  Tensor,
} from "@gradus/tensor";
import { opTable } from "@gradus/tensor/internal";
import { opCalls } from "../packages/tensor/testing/op_samples_calls_testing.ts";
import {
  opSamples,
  type Sample,
  type SampleInput,
} from "../packages/tensor/testing/op_samples_testing.ts";

const short: readonly [DType, string][] = [
  ["float32", "f32"],
  ["float64", "f64"],
  ["int32", "i32"],
  ["int64", "i64"],
  ["uint8", "u8"],
  ["bool", "b"],
];

function inputsAs(
  sample: Sample,
  convert: (t: Tensor) => Tensor,
): SampleInput[] {
  return sample.inputs().map((x) => x instanceof Tensor ? convert(x) : x);
}

/** Samples whose only floating inputs are float64, and which have some. */
function doubles(op: string): Sample[] {
  return (opSamples.get(op) ?? []).filter((sample) => {
    const types = sample.inputs().map((x) =>
      x instanceof Tensor ? x.dtype : ""
    );
    return types.includes("float64") && !types.includes("float32");
  });
}

/** Whether some float64 sample of an op runs when its inputs are converted. */
function runs(op: string, convert: (t: Tensor) => Tensor): boolean {
  for (const sample of doubles(op)) {
    try {
      opCalls.get(op)!(inputsAs(sample, convert), sample.args);
      return true;
    } catch (error) {
      // A refusal is what the table shows; anything else is a fault.
      if (!(error instanceof Error) || !error.message.startsWith("Cannot ")) {
        throw error;
      }
    }
  }
  return false;
}

/** Whether an op has a first and a second derivative, by taking them. */
function gradientsOf(op: string): { first: boolean; second: boolean } {
  for (const sample of opSamples.get(op) ?? []) {
    if (!sample.grad) continue;
    const inputs = inputsAs(
      sample,
      (t) => t.dtype === "float64" ? t.requiresGrad_() : t,
    );
    const out = opCalls.get(op)!(inputs, sample.args);
    const value = out instanceof Tensor ? out : out[0]!;
    if (!value.requiresGrad) continue;
    const leaves = inputs.filter((x) =>
      x instanceof Tensor && x.requiresGrad
    ) as Tensor[];
    const first = grad(value.square().sum(), leaves, {
      createGraph: true,
      allowUnused: true,
    }).filter((g) => g !== null && g.requiresGrad);
    if (first.length === 0) return { first: true, second: false };
    const sum = first.map((g) => g!.square().sum()).reduce((a, b) => a.add(b));
    grad(sum, leaves, { allowUnused: true });
    return { first: true, second: true };
  }
  return { first: false, second: false };
}

const gpu = await isWebGPUAvailable();
if (!gpu) {
  throw new Error("Cannot fill the column of WebGPU: there is no adapter");
}
await initWebGPU();

const rows = [
  "| op | CPU | WebGPU | derivative | second |",
  "| --- | --- | --- | --- | --- |",
];
for (const name of [...opTable.keys()].sort()) {
  if (name.endsWith("Backward")) continue; // parts of derivatives, not for users
  const as = (dtype: DType) => (t: Tensor) =>
    t.dtype === "float64" ? t.to(dtype) : t;
  const types = short.filter(([dtype]) => runs(name, as(dtype)));
  const onGpu = runs(
    name,
    (t) => as("float32")(t.dtype === "int64" ? t.int() : t).to("webgpu"),
  );
  const { first, second } = gradientsOf(name);
  const mark = (yes: boolean) => yes ? "yes" : "–";
  rows.push(
    `| \`${name}\` | ${types.map(([, s]) => s).join(" ")} | ${mark(onGpu)} | ${
      mark(first)
    } | ${mark(second)} |`,
  );
}

const file = new URL("../packages/tensor/README.md", import.meta.url);
const text = await Deno.readTextFile(file);
const [begin, end] = ["<!-- op table -->", "<!-- end of op table -->"];
const from = text.indexOf(begin), to = text.indexOf(end);
if (from < 0 || to < from) {
  throw new Error(`Cannot find ${begin} and ${end} in the README`);
}
await Deno.writeTextFile(
  file,
  `${text.slice(0, from)}${begin}\n\n${rows.join("\n")}\n\n${text.slice(to)}`,
);
