import type { GradientTransformation, Optimizer } from "@gradus/optim";
import { stepMode } from "@gradus/optim/internal";
import { onesLike, zerosLike } from "@gradus/tensor";
import { assert, assertEquals, assertIsError } from "@std/assert";
import {
  allNames,
  assertNear,
  dtypes,
  type Float,
  type Golden,
  type GoldenCase,
  goldens,
  numbers,
  type OptimizerClass,
  optimizers,
  type Options,
  prepare,
  type Run,
  tolerance,
} from "./_testing.ts";
import * as extra from "./mod.ts";

/** Those that do some of their work only now and then: a few programs instead of one. */
const periodic: ReadonlySet<string> = new Set(["SophiaH"]);

/** The function whose name is that of a class but for capitals. */
function functionOf(
  name: string,
): (lr: number, options?: Options) => GradientTransformation {
  const entry = Object.entries(extra).find(([key, value]) =>
    key !== name && key.toLowerCase() === name.toLowerCase() &&
    typeof value === "function"
  );
  assert(entry, `No function is exported for ${name}`);
  return entry[1] as unknown as (
    lr: number,
    options?: Options,
  ) => GradientTransformation;
}

/** What `run` gives when steps are not compiled. */
function uncompiled<T>(run: () => T): T {
  stepMode.compiled = false;
  try {
    return run();
  } finally {
    stepMode.compiled = true;
  }
}

/** How often the step of an optimizer was compiled. */
function compilations(optimizer: Optimizer): number {
  const step = stepMode.steps.get(optimizer);
  assert(step, "The step was not compiled");
  return step.cacheInfo().captures;
}

/** Positions and state. */
function snapshot({ optimizer, params }: Run): unknown[] {
  return params.map((param) => [
    numbers(param),
    flat(optimizer.state.get(param)),
  ]);
}

/** A state with numbers in place of tensors. */
function flat(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(flat);
  if ("dataSync" in value) return numbers(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, flat(inner)]),
  );
}

function checkPositions(
  made: Run,
  golden: Golden,
  given: GoldenCase,
  dtype: Float,
): void {
  const { start } = golden.problems[given.problem]!;
  const { positions, state } = given[dtype];
  for (let t = 1; t <= 50; t++) {
    made.step(t);
    positions[t]?.forEach((position, i) => {
      const own = numbers(made.params[i]!);
      assertNear(own, position, tolerance[dtype], start[i]!, `Step ${t}`);
    });
    if (t !== 3) continue;
    made.params.forEach((param, i) => {
      const own = made.optimizer.state.get(param) ?? {};
      for (const [name, value] of Object.entries(state[i]!)) {
        const wanted = [value].flat(Infinity).map(Number);
        const scale = Math.max(...wanted.map(Math.abs));
        const found = numbers(own[name]);
        assertNear(found, wanted, tolerance[dtype], scale, `State ${name}`);
      }
    });
  }
}

function checkFunction(
  name: string,
  optimizerClass: OptimizerClass,
  golden: Golden,
  given: GoldenCase,
): void {
  const made = prepare(optimizerClass, golden, given, "float64");
  const { lr = made.optimizer.paramGroups[0]!.lr, ...others } = given.options;
  const { init, update } = functionOf(name)(lr as number, others);
  let params = made.params.map((param) => param.detach().clone());
  let state = init(params);
  for (let t = 1; t <= 10; t++) {
    const curvature = made.grads(1, params.map((p) => onesLike(p)));
    const noise = made.grads(1, params.map((p) => zerosLike(p)));
    const grads = made.grads(t, params);
    const [updates, next] = update(grads, state, params, {
      curvature: curvature.map((c, i) => c.sub(noise[i]!)),
    });
    params = params.map((param, i) => param.add(updates[i]!));
    state = next;
    made.step(t);
    params.forEach((param, i) => {
      const expected = numbers(made.params[i]!);
      assertNear(numbers(param), expected, 1e-12, 1, `Step ${t}`);
    });
  }
}

for (const [name, optimizerClass] of optimizers) {
  const golden = goldens.get(name);
  if (!golden) continue;
  for (const given of golden.cases) {
    const { options, groups, problem } = given;
    const own = groups.some((group) => Object.keys(group).length > 0)
      ? ` with groups ${JSON.stringify(groups)}`
      : "";
    const title = `${name}(${
      JSON.stringify(options)
    })${own} on the problem "${problem}"`;
    for (const dtype of dtypes) {
      Deno.test(`${title} moves as published in ${dtype}`, () => {
        const made = prepare(optimizerClass, golden, given, dtype);
        checkPositions(made, golden, given, dtype);
      });
    }

    Deno.test(`${title} gives the same bits compiled`, () => {
      const run = () => {
        const made = prepare(optimizerClass, golden, given, "float32");
        return Array.from({ length: 25 }, (_, t) => {
          made.step(t + 1);
          for (const group of made.optimizer.paramGroups) {
            if (typeof group.lr === "number") group.lr *= 0.95;
          }
          return snapshot(made);
        });
      };
      const compiled = run();
      assertEquals(compiled, uncompiled(run));
    });

    Deno.test(`${title} does not compile again in later steps`, () => {
      const made = prepare(optimizerClass, golden, given, "float32");
      made.step(1);
      if (!periodic.has(name)) assertEquals(compilations(made.optimizer), 1);
      for (let t = 2; t <= 25; t++) made.step(t);
      const before = compilations(made.optimizer);
      if (!periodic.has(name)) assertEquals(before, 1);
      for (let t = 26; t <= 50; t++) made.step(t);
      assertEquals(compilations(made.optimizer), before);
    });

    Deno.test(`${title} goes on from a saved state with the same bits`, () => {
      const whole = prepare(optimizerClass, golden, given, "float64");
      for (let t = 1; t <= 3; t++) whole.step(t);
      const saved = whole.optimizer.stateDict();
      const other = prepare(
        optimizerClass,
        golden,
        given,
        "float64",
        whole.params,
      );
      other.optimizer.loadStateDict(saved);
      for (let t = 4; t <= 53; t++) {
        whole.step(t);
        other.step(t);
      }
      assertEquals(snapshot(other), snapshot(whole));
    });

    // Other options for some parameters are a matter of groups.
    if (own === "") {
      Deno.test(`${title} moves alike as a transformation`, () => {
        checkFunction(name, optimizerClass, golden, given);
      });
    }
  }

  Deno.test(`${name} refuses hyper-parameters that make no sense, by name`, () => {
    const first = golden.cases[0]!;
    const { optimizer, params } = prepare(
      optimizerClass,
      golden,
      first,
      "float32",
    );
    const { defaults } = optimizer;
    const others = ["cautious", "gradientCentralization", "differentiable"];
    for (const key of [...Object.keys(defaults), ...others]) {
      const value = (defaults as unknown as Options)[key];
      const wrong = typeof value === "number"
        ? NaN
        : Array.isArray(value)
        ? value.map(() => NaN)
        : { not: "an option" };
      const make = () => new optimizerClass(params, { [key]: wrong });
      let refused: unknown;
      try {
        make();
      } catch (error) {
        refused = error;
      }
      assert(refused !== undefined, `${key} = ${String(wrong)} was accepted`);
      assertIsError(refused, undefined, key);
    }
  });
}

Deno.test("Every optimizer that is exported is compared with published results", () => {
  assert(optimizers.size >= 40);
  const lacking = [...optimizers.keys()].filter((name) => !goldens.has(name));
  assertEquals(lacking, []);
});

Deno.test("Every optimizer that is exported has a function of its name", () => {
  for (const name of optimizers.keys()) functionOf(name);
  assert(allNames.length >= optimizers.size);
});
