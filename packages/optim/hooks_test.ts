import { assertEquals, assertThrows } from "@std/assert";
import { leaf } from "./_testing.ts";
import {
  type Optimizer,
  registerOptimizerStepPostHook,
  registerOptimizerStepPreHook,
  SGD,
  type StepPreHook,
} from "./mod.ts";

Deno.test("Optimizer.step() runs hooks in order: global, own, own, global", () => {
  const optimizer = new SGD([leaf([1])]);
  const log: string[] = [];
  const note = (text: string) => () => void log.push(text);
  const handles = [
    optimizer.registerStepPreHook(note("own before")),
    optimizer.registerStepPostHook(note("own after")),
    registerOptimizerStepPreHook(note("global before")),
    registerOptimizerStepPostHook(note("global after")),
  ];
  optimizer.step(note("step"));
  const all = [
    "global before",
    "own before",
    "step",
    "own after",
    "global after",
  ];
  assertEquals(log, all);
  for (const handle of handles) handle.remove();
  for (const handle of handles) handle.remove();
  optimizer.step();
  assertEquals(log, all);
});

Deno.test("Optimizer.step() gives hooks the optimizer and its arguments", () => {
  const optimizer = new SGD([leaf([1])]);
  const closure = () => 1;
  const seen: unknown[][] = [];
  const note = (optimizer: Optimizer, args: readonly unknown[]) => {
    seen.push([optimizer, ...args]);
  };
  optimizer.registerStepPreHook(note);
  optimizer.registerStepPostHook(note);
  optimizer.step(closure);
  optimizer.step();
  assertEquals(seen, [
    [optimizer, closure],
    [optimizer, closure],
    [optimizer],
    [optimizer],
  ]);
});

Deno.test("Optimizer.registerStepPreHook() can replace the closure", () => {
  const optimizer = new SGD([leaf([1])]);
  optimizer.registerStepPreHook((_, [closure]) => [
    () => (closure as () => number)() + 1,
  ]);
  assertEquals(optimizer.step(() => 1), 2);
});

Deno.test("Optimizer.step() refuses other results of a pre-hook", () => {
  const optimizer = new SGD([leaf([1])]);
  const hook = (() => 5) as unknown as StepPreHook;
  optimizer.registerStepPreHook(hook);
  assertThrows(
    () => optimizer.step(),
    TypeError,
    "Cannot step as a pre-hook must return nothing or an array of arguments: got number",
  );
});

Deno.test("Optimizer.registerStepPreHook() refuses what is no function", () => {
  const optimizer = new SGD([leaf([1])]);
  assertThrows(
    () => optimizer.registerStepPreHook(null as unknown as StepPreHook),
    TypeError,
    "Cannot register a hook: expected a function, got object",
  );
});

Deno.test("Optimizer.step() runs all hooks even if one removes itself", () => {
  const optimizer = new SGD([leaf([1])]);
  let calls = 0;
  const handle = optimizer.registerStepPostHook(() => handle.remove());
  optimizer.registerStepPostHook(() => void calls++);
  optimizer.step();
  optimizer.step();
  assertEquals(calls, 2);
});

Deno.test("Optimizer.stateDict() runs hooks, which may replace the dictionary", () => {
  const optimizer = new SGD([leaf([1])]);
  const log: string[] = [];
  optimizer.registerStateDictPreHook(() => void log.push("second"));
  optimizer.registerStateDictPreHook(() => void log.push("first"), {
    prepend: true,
  });
  optimizer.registerStateDictPostHook((_, dict) => ({
    ...dict,
    state: { note: {} },
  }));
  optimizer.registerStateDictPostHook((_, dict) =>
    void log.push(Object.keys(dict.state)[0]!)
  );
  assertEquals(optimizer.stateDict().state, { note: {} });
  assertEquals(log, ["first", "second", "note"]);
});

Deno.test("Optimizer.loadStateDict() runs hooks, which may replace the dictionary", () => {
  const optimizer = new SGD([leaf([1])], { lr: 0.5 });
  const saved = optimizer.stateDict();
  const log: unknown[] = [];
  optimizer.registerLoadStateDictPreHook((_, dict) => ({
    ...dict,
    paramGroups: dict.paramGroups.map((group) => ({ ...group, lr: 0.25 })),
  }));
  optimizer.registerLoadStateDictPreHook((_, dict) => {
    log.push(dict.paramGroups[0]!.lr);
    dict.state = { note: {} };
  });
  optimizer.registerLoadStateDictPostHook((made) => {
    log.push((made as Optimizer).paramGroups[0]!.lr);
  });
  optimizer.loadStateDict(saved);
  assertEquals(log, [0.25, 0.25]);
  assertEquals(saved.state, {});
  assertEquals(optimizer.stateDict().state, { note: {} });
});
