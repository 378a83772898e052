import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import * as gradus from "./mod.ts";
import { arange, einsum, meshgrid, Tensor, tensor } from "./mod.ts";
import {
  compositeSamples,
  type Sample,
  type SampleInput,
} from "./testing/op_samples_testing.ts";
import { compositeCalls } from "./testing/composite_calls_testing.ts";
import { assertGolden } from "./testing/op_samples_assert_testing.ts";

function run(
  name: string,
  inputs: readonly SampleInput[],
  sample: Sample,
): readonly Tensor[] {
  const out = compositeCalls.get(name)!(inputs, sample.args);
  return out instanceof Tensor ? [out] : out;
}

for (const [name, samples] of compositeSamples) {
  Deno.test(`${name}() gives what PyTorch gives`, () => {
    let refused = 0;
    for (const sample of samples) {
      if (sample.out) {
        assertGolden(name, run(name, sample.inputs(), sample), sample);
        continue;
      }
      const error = assertThrows(
        () => run(name, sample.inputs(), sample),
        Error,
        "Cannot",
      );
      const kinds = [TypeError, RangeError, SyntaxError];
      assert(
        kinds.some((k) => error instanceof k),
        `${sample.title}: ${error}`,
      );
      refused++;
    }
    assert(refused < samples.length);
  });
}

Deno.test("einsum() says what does not fit", () => {
  const a = arange(6).view(2, 3), b = arange(8).view(4, 2);
  for (
    const [equation, message] of [
      ["ij,jk", '"j" stands for sizes 3 and 4'],
      ["ij,k", 'expected 1 dims for "k", got [4, 2]'],
      ["ij", "expected 1 tensors, got 2"],
      [
        "ij,kl->x",
        "expected every label of the result once, and in an operand",
      ],
      ["i-,kl", 'expected letters and "..." once, got "i-"'],
    ] as const
  ) {
    assertThrows(() => einsum(equation, a, b), Error, message);
  }
});

Deno.test("einsum() of one tensor without a sum is a view", () => {
  const x = arange(6).view(2, 3);
  const turned = einsum("ij->ji", x);
  assertStrictEquals(turned.storage, x.storage);
});

Deno.test("meshgrid() gives views", () => {
  const x = arange(3), [wide] = meshgrid([x, arange(2)], { indexing: "xy" });
  x.fill_(7);
  assertEquals(wide!.arraySync(), [[7, 7, 7], [7, 7, 7]]);
});

Deno.test("allclose() and equal() await what their twins read at once", async () => {
  const x = tensor([1, 2.5]), y = tensor([1.000001, 2.5]);
  assertStrictEquals(await x.allclose(y), true);
  assertStrictEquals(await gradus.allclose(x, y, { rtol: 0 }), false);
  assertStrictEquals(gradus.allcloseSync(x, y), true);
  assertStrictEquals(await x.equal(y), false);
  assertStrictEquals(await gradus.equal(x, x.clone()), true);
  assertStrictEquals(await gradus.equal(x, tensor([1]).float()), false);
  assertStrictEquals(gradus.equalSync(x, y), false);
  await assertRejects(() => x.allclose(x.double()), TypeError, "dtypes");
});

Deno.test("rearranging functions are the methods of their names", () => {
  const x = tensor([[3, 1, 2], [0, 5, 4]]), y = x.flip(1);
  const plain = (t: Tensor) => [t.dtype, t.arraySync()];
  for (
    const [found, expected] of [
      [gradus.flip(x, 1), x.flip(1)],
      [gradus.roll(x, 1), x.roll(1)],
      [gradus.roll(x, [1], [1]), x.roll(1, 1)],
      [gradus.tril(x, 1), x.tril(1)],
      [gradus.triu(x), x.triu()],
      [gradus.movedim(x, 0, 1), x.movedim(0, 1)],
      [gradus.swapaxes(x, 0, 1), x.t()],
      [gradus.tile(x, [2, 1]), x.repeat(2, 1)],
      [gradus.cumsum(x, 1), x.cumsum(1)],
      [gradus.cumprod(x, 1), x.cumprod(1)],
      [gradus.sort(x, 0).values, x.sort(0).values],
      [
        gradus.argsort(x, 1, { descending: true }),
        tensor([[0, 2, 1], [1, 2, 0]]),
      ],
      [gradus.topk(x, 2).indices, x.topk(2).indices],
      [gradus.isclose(x, y), x.isclose(y)],
      [gradus.countNonzero(x, 1), tensor([3, 2])],
      [gradus.nanToNum(x.div(0)), x.div(0).nanToNum()],
      [gradus.trace(x), tensor(8)],
      [gradus.cross(x, y), x.cross(y)],
    ] as const
  ) {
    assertEquals(plain(found), plain(expected));
  }
});
