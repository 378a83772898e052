import { assertEquals } from "@std/assert";
import { type Tensor, tensor } from "@gradus/tensor";
import { grad, gradcheck, gradgradcheck } from "./mod.ts";

/** Small whole numbers, so that every product is exact, with zeros at the places that the bits of `zeros` name. */
function line(length: number, zeros: number): number[] {
  return Array.from(
    { length },
    (_, i) => zeros >> i & 1 ? 0 : (i % 2 ? -1 : 1) * (i % 3 + 1),
  );
}

function gradientOf(y: (x: Tensor) => Tensor, values: number[]): unknown {
  const x = tensor(values, { dtype: "float64", requiresGrad: true });
  return grad(y(x), [x])[0]!.add(0).arraySync();
}

Deno.test("prod() has the product of the others as derivative wherever zeros are", () => {
  for (let length = 1; length <= 7; length++) {
    for (let zeros = 0; zeros < 2 ** length; zeros++) {
      const values = line(length, zeros);
      const others = values.map((_, i) =>
        values.reduce((product, v, j) => j === i ? product : product * v, 1) + 0
      );
      assertEquals(gradientOf((x) => x.prod(), values), others);
    }
  }
});

Deno.test("prod() of no elements has no gradient to pass on", () => {
  assertEquals(gradientOf((x) => x.prod(), []), []);
});

Deno.test("cumprod() has products without the element as derivatives wherever zeros are", () => {
  for (let length = 1; length <= 5; length++) {
    for (let zeros = 0; zeros < 2 ** length; zeros++) {
      const values = line(length, zeros);
      const expected = values.map((_, i) => {
        let sum = 0, product = 1;
        values.forEach((v, k) => {
          if (k !== i) product *= v;
          if (k >= i) sum += product;
        });
        return sum + 0;
      });
      assertEquals(gradientOf((x) => x.cumprod(0).sum(), values), expected);
    }
  }
});

Deno.test("prod() can be differentiated twice at zeros in lines of odd length", () => {
  const x = tensor([[0.5, 0, -2, 1.5, 3], [0, 2, 0, -1, 0.5]], {
    dtype: "float64",
    requiresGrad: true,
  });
  gradcheck((x) => x.prod(1), [x]);
  gradgradcheck((x) => x.prod(1), [x]);
  gradgradcheck((x) => x.prod([0, 1]), [x]);
});
