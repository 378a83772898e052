import { assertEquals } from "@std/assert";
import { makeTrace } from "./_testing.ts";
import { describeTrace, labelTraces, lowestMinimum } from "./trace_facts.ts";

Deno.test("describeTrace() states function, optimizer, steps, final value, both ends and options", () => {
  assertEquals(describeTrace(makeTrace()), {
    title: "sphere, SGD: 2 steps, final value 0.3125",
    subtitle: "from (-1, 1) to (0.25, -0.5), lr=0.25",
  });
});

Deno.test("describeTrace() counts one step as one and states evaluations beyond one a step", () => {
  const trace = makeTrace({ params: [[1, 1], [0, 0]], evaluations: [0, 7] });
  const { title, subtitle } = describeTrace(trace);
  assertEquals(title, "sphere, SGD: 1 step, final value 0");
  assertEquals(subtitle, "from (1, 1) to (0, 0), 7 evaluations, lr=0.25");
});

Deno.test("describeTrace() leaves out options without a short text", () => {
  const options = {
    lr: 1 / 3,
    betas: [0.9, 0.999],
    nesterov: true,
    lineSearchFn: "strongWolfe",
    nested: { a: 1 },
    list: [{}],
    none: null,
  };
  assertEquals(
    describeTrace(makeTrace({ options, params: [[0, 0]] })).subtitle,
    "from (0, 0) to (0, 0), lr=0.3333, betas=[0.9, 0.999], nesterov=true, lineSearchFn=strongWolfe",
  );
});

Deno.test("labelTraces() adds only the options in which runs of one optimizer differ", () => {
  const traces = [
    makeTrace({ options: { lr: 0.1, momentum: 0.9 } }),
    makeTrace({ options: { lr: 0.2, momentum: 0.9 } }),
    makeTrace({ options: { momentum: 0.9 } }),
    makeTrace({ optimizer: "Adam", options: { lr: 0.1 } }),
  ];
  assertEquals(labelTraces(traces), [
    "SGD lr=0.1",
    "SGD lr=0.2",
    "SGD",
    "Adam",
  ]);
});

Deno.test("labelTraces() names the functions if there are several", () => {
  const traces = [makeTrace(), makeTrace({ fn: "beale" })];
  assertEquals(labelTraces(traces), ["SGD sphere", "SGD beale"]);
});

Deno.test("lowestMinimum() is infinity if none is known", () => {
  assertEquals(lowestMinimum(makeTrace({ minima: [] })), Infinity);
  const at = [0, 0];
  const minima = [{ at, value: 3 }, { at, value: NaN }, { at, value: -1 }];
  assertEquals(lowestMinimum(makeTrace({ minima })), -1);
});
