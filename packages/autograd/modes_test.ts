import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ones } from "@gradus/tensor";
import { constant, leaf } from "./leaf_testing.ts";
import {
  enableGrad,
  grad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  noGrad,
  setGradEnabled,
} from "./mod.ts";

/** Resolves in a later turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** A promise and the function that settles it. */
function gate(): { open: () => void; opened: Promise<void> } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => open = resolve);
  return { open, opened };
}

Deno.test("noGrad() and enableGrad() nest and return what the function returns", () => {
  const x = leaf([1]);
  const seen = noGrad(() => {
    const outer = isGradEnabled();
    const inner = enableGrad(() => [isGradEnabled(), x.mul(2).requiresGrad]);
    return [outer, ...inner, isGradEnabled(), x.mul(2).requiresGrad];
  });
  assertEquals(seen, [false, true, true, false, false]);
  assert(isGradEnabled());
});

Deno.test("noGrad() gives explicit leaves their requiresGrad", () => {
  const w = noGrad(() => ones([2], { requiresGrad: true }));
  assert(w.requiresGrad && w.isLeaf && w.mul(2).requiresGrad);
});

Deno.test("noGrad() ends when the function throws", () => {
  assertThrows(
    () =>
      noGrad(() => {
        throw new Error("stop");
      }),
    Error,
    "stop",
  );
  assert(isGradEnabled());
});

Deno.test("noGrad() lasts until the promise of an asynchronous function settles", async () => {
  const x = leaf([1]);
  const result = noGrad(async () => {
    await turn();
    return x.mul(2);
  });
  assert(!isGradEnabled());
  assert(!(await result).requiresGrad);
  assert(isGradEnabled());
  await assertRejects(
    () =>
      noGrad(async () => {
        await turn();
        throw new Error("stop");
      }),
    Error,
    "stop",
  );
  assert(isGradEnabled());
});

Deno.test("noGrad() and enableGrad() nest in asynchronous functions", async () => {
  const seen = await noGrad(async () => {
    await turn();
    const inner = await enableGrad(async () => {
      await turn();
      return isGradEnabled();
    });
    return [inner, isGradEnabled(), noGrad(() => isGradEnabled())];
  });
  assertEquals(seen, [true, false, false]);
  assert(isGradEnabled());
});

Deno.test("noGrad() that overlaps with another does not leave its mode behind", async () => {
  const first = gate(), second = gate();
  const a = noGrad(() => first.opened);
  const b = noGrad(() => second.opened);
  first.open();
  await a;
  assert(!isGradEnabled(), "the second still lasts");
  second.open();
  await b;
  assert(isGradEnabled());
});

Deno.test("noGrad() that overlaps with enableGrad() goes back to the mode before", async () => {
  const gates = [gate(), gate(), gate()] as const;
  const runs = [
    noGrad(() => gates[0].opened),
    enableGrad(() => gates[1].opened),
    noGrad(() => gates[2].opened),
  ] as const;
  gates[1].open();
  await runs[1];
  assert(!isGradEnabled());
  gates[2].open();
  await runs[2];
  assert(!isGradEnabled(), "the first still lasts");
  gates[0].open();
  await runs[0];
  assert(isGradEnabled());
});

Deno.test("setGradEnabled() lasts until it is called again or a mode ends", () => {
  setGradEnabled(false);
  assert(!leaf([1]).mul(2).requiresGrad);
  setGradEnabled(true);
  assert(isGradEnabled());
  noGrad(() => {
    setGradEnabled(true);
    assert(leaf([1]).mul(2).requiresGrad);
  });
  assert(isGradEnabled());
});

Deno.test("backward runs without recording unless createGraph is set", () => {
  const x = leaf([1, 2]), seen: boolean[] = [];
  const y = x.mul(2);
  y.registerHook(() => void seen.push(isGradEnabled()));
  grad(y.sum(), x, { retainGraph: true });
  grad(y.sum(), x, { createGraph: true });
  assertEquals(seen, [false, true]);
  noGrad(() => y.sum());
  assert(isGradEnabled());
});

Deno.test("inferenceMode() makes inference tensors, but not of what existed before", () => {
  const x = constant([1, 2]);
  const [y, view] = inferenceMode(() => {
    assert(isInferenceModeEnabled() && !isGradEnabled());
    x.add_(1);
    return [x.mul(2), x.view(2, 1)] as const;
  });
  assert(!isInferenceModeEnabled() && isGradEnabled());
  assert(y.isInference && !view.isInference && !x.isInference);
  assert(
    y.view(2, 1).isInference && y.detach().isInference,
    "they share memory",
  );
  assert(!y.clone().isInference && !y.mul(2).isInference);
  assertEquals(x.version, 1);
});

Deno.test("inferenceMode() is not left by enableGrad() or setGradEnabled()", () => {
  const x = leaf([1]);
  inferenceMode(() => {
    assert(!enableGrad(() => x.mul(2)).requiresGrad);
    setGradEnabled(true);
    assert(!x.mul(2).requiresGrad);
  });
  assert(x.mul(2).requiresGrad);
});

Deno.test("inferenceMode() lasts until a promise settles", async () => {
  const y = await inferenceMode(async () => {
    await turn();
    return ones([1]);
  });
  assert(y.isInference && !isInferenceModeEnabled());
});

Deno.test("inference tensors are not changed or made leaves outside", () => {
  const y = inferenceMode(() => constant([1, 2]).mul(2));
  assertThrows(
    () => y.add_(1),
    Error,
    "an inference tensor outside of inferenceMode",
  );
  assertThrows(() => y.at(0).add_(1), Error, "an inference tensor");
  assertThrows(() => y.requiresGrad_(), Error, "clone it first");
  inferenceMode(() => y.add_(1));
  assertEquals(y.arraySync(), [3, 5]);
  const w = inferenceMode(() => ones([2], { requiresGrad: true }));
  assert(w.requiresGrad && w.isInference);
  assert(y.clone().requiresGrad_().mul(2).requiresGrad);
});

Deno.test("a view made in inferenceMode() is not changed with recording", () => {
  const b = leaf([1, 2]).mul(1);
  const v = inferenceMode(() => b.view(2, 1));
  assertThrows(() => v.mul_(2), Error, "a view that was made inside noGrad()");
});
