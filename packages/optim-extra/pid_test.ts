import { SGD } from "@gradus/optim";
import { onesLike, type Tensor } from "@gradus/tensor";
import { assertSameWalk, walk } from "./_walk_testing.ts";
import { PID } from "./pid.ts";

Deno.test("PID without momentum is gradient descent", () => {
  assertSameWalk(
    walk((params) => new PID(params, { lr: 0.1, momentum: 0 })),
    walk((params) => new SGD(params, { lr: 0.1 })),
  );
});

Deno.test("PID with integral μ and no derivative is Nesterov's momentum", () => {
  const options = { lr: 0.05, momentum: 0.8, weightDecay: 0.1 };
  assertSameWalk(
    walk((params) =>
      new PID(params, { ...options, integral: 0.8, derivative: 0 })
    ),
    walk((params) => new SGD(params, { ...options, nesterov: true })),
  );
});

Deno.test("PID takes no notice of the derivative while the gradient stays the same", () => {
  const options = { lr: 0.01, momentum: 0.5 };
  const steady = { gradient: (w: Tensor) => onesLike(w) };
  assertSameWalk(
    walk((params) => new PID(params, { ...options, derivative: 50 }), steady),
    walk((params) => new PID(params, { ...options, derivative: 0 }), steady),
  );
});
