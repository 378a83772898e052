/** Runs every example as a user would and checks the numbers that it prints. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as optim from "@gradus/optim";
import * as extra from "@gradus/optim-extra";
import { testOptim } from "@gradus/testfns";
import golden from "./testdata/examples.json" with { type: "json" };

async function run(name: string, flags: string[] = []): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      ...flags,
      new URL(name, import.meta.url).pathname,
    ],
    cwd: new URL("..", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(success, `${name} failed: ${new TextDecoder().decode(stderr)}`);
  return text;
}

/** All numbers of a text, in order. */
function numbers(text: string): number[] {
  return (text.match(/-?\d+\.?\d*(?:e[+-]?\d+)?/g) ?? []).map(Number);
}
function lineOf(text: string, start: string): string {
  const line = text.split("\n").find((l) => l.startsWith(start));
  assert(line !== undefined, `no line starts with "${start}"`);
  return line;
}
function losses(text: string): number[] {
  return [...text.matchAll(/Loss: (\S+)/g)].map((m) => Number(m[1]));
}
function assertClose(actual: number, expected: number, relative: number): void {
  assertAlmostEquals(actual, expected, Math.abs(expected) * relative);
}
/** Numbers as tutorials print them. */
function assertPrinted(
  text: string,
  expected: readonly number[],
  digits = 4,
): void {
  const found = numbers(text);
  assertEquals(found.length, expected.length, text);
  expected.forEach((e, i) =>
    assertAlmostEquals(found[i]!, e, 0.51 * 10 ** -digits)
  );
}

Deno.test("examples/autograd.ts walks the graph and prints the gradients", async () => {
  const text = await run("autograd.ts");
  const names = text.split("\n").map((l) => l.trim()).filter((l) =>
    /^[A-Z]/.test(l)
  );
  assertEquals(names, [
    "MeanBackward0",
    "MeanBackward0",
    "MulBackward0",
    "PowBackward0",
    "MulBackward0",
    "AccumulateGrad",
    "AddBackward0",
    "AccumulateGrad",
  ]);
  const block = (name: string) =>
    text.slice(text.indexOf(`${name}.grad tensor`) + name.length).split(
      /\n[a-z]/,
    )[0]!;
  assertPrinted(block("z"), [0.25, 0.25, 0.25, 0.25]);
  assertPrinted(block("y"), [4.65, 4.65, 4.65, 4.65]);
  assertPrinted(block("x2"), [18.6]);
  assertPrinted(block("x1"), [14.415, 14.415, 14.415, 14.415]);
});

Deno.test("examples/network_by_hand.ts has the losses of the same program in PyTorch", async () => {
  const found = losses(await run("network_by_hand.ts"));
  assertEquals(found.length, 20);
  found.forEach((loss, i) => assertClose(loss, golden.networkByHand[i]!, 1e-5));
});

Deno.test("examples/network.ts has the losses of the same program in PyTorch", async () => {
  const found = losses(await run("network.ts"));
  assertEquals(found.length, 20);
  // Rounding grows along the way: after 100 steps runs of one program on two machines part.
  found.slice(0, 10).forEach((loss, i) =>
    assertClose(loss, golden.network[i]!, 1e-3)
  );
  assert(found[19]! < 32, `last loss ${found[19]}`);
});

Deno.test("examples/losses_and_optimizers.ts prints losses, the optimizer and one step of it", async () => {
  const text = await run("losses_and_optimizers.ts");
  for (const [name, value] of Object.entries(golden.losses)) {
    const [fn, module] = numbers(lineOf(text, `${name} `));
    assertEquals(fn, module);
    assertClose(fn!, value, 1e-6);
  }
  const from = text.indexOf("Adam (");
  const shown = text.slice(from, text.indexOf("\n)", from) + 2);
  assertEquals(
    shown.split("\n").map((l) => l.trim()),
    [
      "Adam (",
      "Parameter Group 0",
      "amsgrad: False",
      "betas: (0.9, 0.999)",
      "decoupledWeightDecay: False",
      "eps: 1e-08",
      "lr: 0.01",
      "maximize: False",
      "weightDecay: 0",
      ")",
    ],
  );
  for (const when of ["at first", "after backward"]) {
    assertPrinted(lineOf(text, `${when} weight`), [-0.0385, 0.1412, -0.5436]);
    assertPrinted(lineOf(text, `${when} bias`), [-0.195]);
  }
  assertPrinted(lineOf(text, "after step weight"), [-0.0285, 0.1312, -0.5536]);
  assertPrinted(lineOf(text, "after step bias"), [-0.205]);
  assert(lineOf(text, "the optimizer holds").endsWith("true"));
});

Deno.test("examples/tensors.ts prints the lecture's numbers", async () => {
  const text = await run("tensors.ts");
  const found = numbers(text);
  const after = (expected: readonly number[], digits: number) => {
    const tolerance = 0.51 * 10 ** -digits;
    const start = found.findIndex((_, at) =>
      expected.every((e, i) =>
        Math.abs((found[at + i] ?? NaN) - e) <= tolerance
      )
    );
    assert(start >= 0, `${expected} are not printed one after the other`);
    found.splice(0, start + expected.length);
  };
  // deno-fmt-ignore
  after([0.02898, 0.40190, 0.25984, 0.36664, 0.05830, 0.70064, 0.05180, 0.46814,
    0.67381, 0.33146, 0.78371, 0.56306, 0.77485, 0.82080, 0.27928, 0.68171], 5);
  after([0.2837, 0.6567, 0.2388, 0.7313, 0.6012, 0.3043], 4);
  const a = [0.25475, 0.62936, 0.96651, 0.73995];
  const exp = [1.29014, 1.87641, 2.62876, 2.09583];
  after([...exp, ...a, ...exp], 5);
  const sum = [1.45172, 1.47573, 1.78419, 1.15250];
  after([...sum, ...sum], 5);
  after([1, 1, 1, 1, 1, 1], 5);
  assert(text.includes("use reshape()"));
  after([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0], 5);
  after(new Array<number>(21).fill(3), 5); // gradOf
  after(new Array<number>(21).fill(3), 5); // backward
  // deno-fmt-ignore
  after([0.69315, 0.73716, 0.77011, 0.79299, 0.80648, 0.81093, 0.80648, 0.79299, 0.77011, 0.73716, 0.69315], 5);
  assert(text.includes("LogBackward0 MulBackward0"));
  assert(text.includes('[ "AccumulateGrad", "AccumulateGrad" ]'));
  after([8.41071], 5);
  // deno-fmt-ignore
  after([1.00000, 0.90909, 0.83333, 0.76923, 0.71429, 0.66667, 0.62500, 0.58824, 0.55556, 0.52632, 0.50000,
    0.50000, 0.52632, 0.55556, 0.58824, 0.62500, 0.66667, 0.71429, 0.76923, 0.83333, 0.90909, 1.00000], 5);
  // deno-fmt-ignore
  after([0.66622, 0.33432, 0.78929, 0.32164, 0.52472, 0.66884, 0.84361, 0.42651, 0.95615, 0.07698, 0.41081,
    0.00141, 0.54142, 0.64189, 0.29760, 0.70766, 0.41895, 0.06551, 0.88387, 0.80828, 0.75280], 5);
  after(Array.from({ length: 21 }, (_, i) => i / 10), 5);
  // (3 + y, 4y + x)
  const jacobians = [[3, 0], [4, 4], [3, 1], [4, 5]];
  [[0, 0], [0, 1], [1, 0], [1, 1]].forEach(([x, y], i) =>
    after([x!, y!, ...jacobians[i]!, 0, 1, 1, 4], 5)
  );
});

Deno.test("examples/regression.ts has the lecture's losses and coefficients", async () => {
  const text = await run("regression.ts");
  const value = (start: string) =>
    Number(lineOf(text, start).split(" ").at(-1));
  // Coefficients span lines; they end at the closing bracket.
  const list = (from: number) =>
    numbers(text.slice(text.indexOf("[", from), text.indexOf("]", from)));
  assertClose(value("least squares"), 10105.859508383426, 1e-10);
  // deno-fmt-ignore
  assertEquals(list(text.indexOf("least squares")), [
    3.0081, 0.0088, 0.0002, 0.0021, 0.0037, 0.0033, 0.026, -0.0006, 0.0005, 12.2771, 44.4939,
    3.6423, 0.0168, 61.3938, -0.0012, -0.0056, 0.014, -0.0093, -0.0056, 0.0024, 0.0217]);
  // deno-fmt-ignore
  assertEquals(list(text.indexOf("first update")), [
    7.1983, 1.8515, 1.1396, 1.7858, -2.8407, -0.1266, 0.1514, -0.4875, -0.2072, 25.7022, 90.4929,
    7.5036, 0.2313, 123.5414, 1.3136, 2.567, -0.4262, -1.2996, 0.5124, -0.2265, 2.3771]);
  const steps = [...text.matchAll(/Step: \d+, loss: (\S+)/g)].map((m) => m[1]);
  assertEquals(steps, [
    "59888326.6300",
    "6266083.4579",
    "669796.6821",
    "80312.2264",
    "17645.4153",
    "10922.7506",
    "10195.1335",
  ]);
  assertClose(value("after 31 steps"), 10163.254649280698, 1e-10);
  assertClose(value("model"), 10244.764879521514, 1e-10);
  // deno-fmt-ignore
  assertEquals(list(text.indexOf("model ")), [
    3.0097, 0.0169, 0.0046, 0.0117, -0.008, 0.0029, 0.0275, -0.0024, -0.0021, 12.268, 44.443,
    3.6387, 0.0175, 61.3183, 0.0043, 0.0054, 0.0125, -0.0145, -0.0015, 0.0005, 0.0318]);
});

const DRAWING = ["--allow-read", "--allow-write=out"];

/** The first number after a text. */
function numberAfter(text: string, before: string): number {
  const at = text.indexOf(before);
  assert(at >= 0, `"${before}" is not printed`);
  return numbers(text.slice(at + before.length))[0]!;
}
async function assertPicture(name: string): Promise<void> {
  const path = new URL(`../out/${name}`, import.meta.url);
  const bytes = await Deno.readFile(path);
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 6));
  const expected = name.endsWith(".png")
    ? "PNG"
    : name.endsWith(".gif")
    ? "GIF89a"
    : "<svg";
  assert(head.includes(expected), `${name} begins with ${head}`);
}

Deno.test("examples/torchopt.ts shows what the torchopt posts show", async () => {
  const text = await run("torchopt.ts", DRAWING);
  const end = (name: string) => {
    const line = lineOf(text, `${name}: `);
    const [x, y, value, distance] = numbers(line.slice(line.indexOf("(")));
    return { x: x!, y: y!, value: value!, distance: distance!, line };
  };
  const farthest = (name: string) =>
    numberAfter(end(name).line, "then at most ");

  const slow = end("adamw_0.01_200");
  assert(slow.x > 17 && slow.y > 17, "lr 0.01 has not entered the region");
  assert(slow.line.endsWith("never came near"));
  assert(end("adamw_0.1_200").distance < 0.2, "lr 0.1 is near the minimum");
  assert(farthest("adamw_0.7_200") > 3, "lr 0.7 leaves the region again");

  const petals = (steps: number) => {
    const after = text.slice(text.indexOf(`adamw_0.1_${steps}: `));
    return lineOf(after, "  petals: ").slice(10).split(", ");
  };
  const visits = [300, 700, 900, 1300].map(petals);
  assertEquals(visits.map((list) => new Set(list).size), [2, 3, 3, 4]);
  for (const [i, list] of visits.entries()) {
    const longer = visits[i + 1];
    if (longer) assertEquals(longer.slice(0, list.length), list);
  }
  assert(end("adamw_0.1_300").distance > end("adamw_0.1_200").distance);

  assert(end("adahessian_0.3_35").distance < 0.1);
  assert(end("adahessian_0.3_35").value < -0.85);
  assert(farthest("adahessian_0.3_200") < farthest("adamw_0.1_300"));
  for (const start of ["farthest in", "on average"]) {
    const line = lineOf(text, start);
    assert(
      numberAfter(line, "AdaHessian ") < numberAfter(line, "AdamW "),
      line,
    );
  }
  assertEquals(numberAfter(text, "of 20 seeds, "), 20);

  assertEquals(end("lbfgs_3").value, -1);
  assertEquals(end("lbfgs_3").distance, 0);
  assertEquals(end("lbfgs_10").value, -1);
  assertEquals(end("lbfgs_10").distance, 0);

  assert(text.includes("┌") && text.includes("E") && text.includes("loss "));
  for (const name of ["adamw_0.01_200", "adamw_0.1_1300", "lbfgs_3"]) {
    await assertPicture(`torchopt_${name}.svg`);
    await assertPicture(`torchopt_${name}.png`);
  }
  await assertPicture("torchopt_adahessian.gif");
});

Deno.test("AdamW on the flower function ends where PyTorch's does", async () => {
  const runs = [
    [0.01, 200, golden.flower["adamw_0.01_200"]],
    [0.1, 200, golden.flower["adamw_0.1_200"]],
    [0.1, 300, golden.flower["adamw_0.1_300"]],
  ] as const;
  for (const [lr, steps, expected] of runs) {
    const { params } = await testOptim(optim.AdamW, {
      fn: "flower",
      steps,
      options: { lr },
    });
    params.at(-1)!.forEach((v, i) => assertAlmostEquals(v, expected[i]!, 2e-2));
  }
});

Deno.test("examples/gallery.ts draws every optimizer on four functions", async () => {
  const text = await run("gallery.ts", DRAWING);
  // Whatever has a step and can be made, apart from what is there to be extended.
  const abstract = ["AlgorithmOptimizer", "Optimizer", "TwoPoints"];
  const steppers = Object.entries({ ...optim, ...extra })
    .filter(([name, value]) =>
      typeof value === "function" &&
      typeof value.prototype?.step === "function" &&
      typeof value.prototype?.zeroGrad === "function" &&
      !abstract.includes(name) && name !== "SparseAdam"
    ).map(([name]) => name);
  const listed = text.split("\n")[0]!.split(": ")[1]!.split(", ");
  const shown = new Set(listed.map((name) => name.split("(")[0]!));
  assertEquals(steppers.filter((name) => !shown.has(name)), []);
  for (const name of ["rosenbrock", "beale", "himmelblau", "ackley"]) {
    const [solved, all] = numbers(lineOf(text, `${name}: `));
    assertEquals(all, listed.length);
    assert(solved! >= 5, `${name}: ${solved} of ${all}`);
    await assertPicture(`gallery_${name}.png`);
    const svg = await Deno.readTextFile(
      new URL(`../out/gallery_${name}.svg`, import.meta.url),
    );
    for (const optimizer of listed) assert(svg.includes(`>${optimizer}<`));
  }
});

Deno.test("examples/learning_rate.ts finds what theory says", async () => {
  const text = await run("learning_rate.ts", DRAWING);
  const measured = (start: string): [number, number] => {
    const line = lineOf(text, start);
    return numbers(line.replace(/^[^:]*lr [\d.]+: /, "")).slice(-2) as [
      number,
      number,
    ];
  };
  assertAlmostEquals(
    numberAfter(text, "SGD diverges beyond "),
    2 / 100,
    2e-4,
  );
  assertAlmostEquals(
    numberAfter(text, "with momentum 0.9 beyond "),
    2 * 1.9 / 100,
    4e-4,
  );
  assertClose(numberAfter(text, "SGD at its best shrinks by "), 99 / 101, 1e-3);
  assertClose(numberAfter(text, "momentum at its best by "), 9 / 11, 1e-2);
  for (const scale of [0.001, 1, 1000]) {
    const line = lineOf(text, `Adam, lr 0.01, bowl times ${scale}:`);
    assertAlmostEquals(numberAfter(line, "first step "), 0.01, 1e-6);
    assert(numberAfter(line, "longest ") < 0.0101);
  }
  for (const lr of [0.01, 0.003, 0.001]) {
    const [floor, theory] = measured(`noise floor of SGD, lr ${lr}:`);
    assertClose(floor, theory, 0.05);
  }
  // Just before the edge is best for gradient descent; beyond it is nothing.
  const sgd = lineOf(text, "SGD  ").slice(19).trim().split(/\s+/);
  assertEquals(sgd.length, 13);
  assertEquals(sgd.slice(7), new Array(6).fill("-"));
  assertEquals(
    numberAfter(text, "noisyQuadratic, SGD: best 5.3e-4 at lr "),
    0.01,
  );
  const end = (start: string) => numberAfter(text, `${start}: ends at `);
  const bowl = "SGD on the noisy bowl, ";
  for (
    const name of [
      "step: a tenth, twice",
      "cosine",
      "one cycle",
      "warm-up and linear",
    ]
  ) {
    assert(end(bowl + name) < end(`${bowl}constant`) / 10, name);
  }
  for (const name of ["noisyQuadratic", "rosenbrock", "spirals"]) {
    await assertPicture(`learning_rate_${name}.svg`);
    await assertPicture(`learning_rate_${name}.png`);
  }
});
