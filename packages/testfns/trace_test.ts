import { assertEquals, assertThrows } from "@std/assert";
import { type Trace, traceFromJson, traceToJson } from "./trace.ts";

const TRACE: Trace = {
  optimizer: "AdamW",
  fn: "sphere",
  options: { lr: 0.1, betas: [0.9, 0.999], amsgrad: false },
  params: [[0.1 + 0.2, -2], [1e-310, 5e300]],
  loss: [4.09, 1],
  gradNorm: [4, 2],
  lr: [0.1, 0.1],
  evaluations: [1, 2],
  domain: { x: [-2, 2], y: [-1, 3] },
  minima: [{ at: [0, 0], value: 0 }],
};

function withField(field: string, value: unknown): string {
  return JSON.stringify({ ...TRACE, [field]: value });
}

Deno.test("traceFromJson() gives back what traceToJson() wrote", () => {
  assertEquals(traceFromJson(traceToJson(TRACE)), TRACE);
  const withGrid = {
    ...TRACE,
    grid: { x: [0, 1], y: [2, 3], z: [1, 2, 3, 4] },
  };
  assertEquals(traceFromJson(traceToJson(withGrid)), withGrid);
  const withMore: Trace = {
    ...TRACE,
    time: [0, 0.25],
    seed: 7,
    display: "log",
  };
  assertEquals(traceFromJson(traceToJson(withMore)), withMore);
});

Deno.test("traceToJson() writes NaN and infinities as null, which come back as NaN", () => {
  const diverged: Trace = {
    ...TRACE,
    params: [[1, 2], [NaN, -Infinity]],
    loss: [5, Infinity],
    gradNorm: [1, NaN],
  };
  const raw = JSON.parse(traceToJson(diverged));
  assertEquals(raw.params, [[1, 2], [null, null]]);
  assertEquals(raw.loss, [5, null]);
  const { params, loss, gradNorm } = traceFromJson(traceToJson(diverged));
  assertEquals(params, [[1, 2], [NaN, NaN]]);
  assertEquals(loss, [5, NaN]);
  assertEquals(gradNorm, [1, NaN]);
});

Deno.test("traceFromJson() leaves out fields that a trace does not have", () => {
  assertEquals(traceFromJson(withField("seconds", 3)), TRACE);
});

Deno.test("traceFromJson() names the field that is wrong", () => {
  const cases: [string, unknown, string][] = [
    ["optimizer", 1, `"optimizer" must be a string: got number`],
    ["fn", null, `"fn" must be a string: got null`],
    ["options", [], `"options" must be an object: got an array`],
    ["params", [[1, 2], 3], `"params[1]" must be an array: got number`],
    ["params", [[1, 2]], `"loss" must have 1 numbers: got 2`],
    ["loss", [1, "2"], `"loss[1]" must be a number: got string`],
    ["evaluations", [1], `"evaluations" must have 2 numbers: got 1`],
    ["time", [0], `"time" must have 2 numbers: got 1`],
    ["seed", "7", `"seed" must be a number: got string`],
    ["display", "linear", `"display" must be "log": got string`],
    ["domain", { x: [0, 1] }, `"domain.y" must be an array: got undefined`],
    ["domain", { x: [0], y: [0, 1] }, `"domain.x" must have 2 numbers: got 1`],
    ["minima", [{ at: 0 }], `"minima[0].at" must be an array: got number`],
    [
      "grid",
      { x: [0, 1], y: [0], z: [1] },
      `"grid.z" must have 2 numbers: got 1`,
    ],
  ];
  for (const [field, value, message] of cases) {
    assertThrows(
      () => traceFromJson(withField(field, value)),
      TypeError,
      `Cannot read trace as ${message}`,
    );
  }
  assertThrows(
    () => traceFromJson("[]"),
    TypeError,
    `"trace" must be an object`,
  );
  assertThrows(() => traceFromJson("{"), SyntaxError);
});
