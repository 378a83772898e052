import { SGD } from "@gradus/optim";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { race } from "./race.ts";
import { raceFromJson, raceToJson } from "./race_json.ts";

Deno.test("raceFromJson() reads what raceToJson() wrote, runs that diverged too", async () => {
  const result = await race({
    optimizers: [SGD],
    problems: ["rosenbrock"],
    evaluations: 60,
    trials: 4,
    starts: 2,
    progress: false,
  });
  assert(result.tuningRuns.some(({ finalValue }) => Number.isNaN(finalValue)));
  assertEquals(raceFromJson(raceToJson(result)), result);
});

Deno.test("raceFromJson() says what is missing", () => {
  assertThrows(() => raceFromJson("{"), SyntaxError);
  assertThrows(() => raceFromJson("[]"), TypeError, "expected optimizers");
  assertThrows(
    () => raceFromJson(`{"optimizers": [], "problems": 3}`),
    TypeError,
    "Cannot read a race: expected problems, got JSON without it",
  );
});
