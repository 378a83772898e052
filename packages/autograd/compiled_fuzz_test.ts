import { assertProgramCompiles } from "../tensor/testing/random_programs_testing.ts";
import "./mod.ts";

Deno.test("compile() leaves behind what random programs with backward() leave behind", () => {
  for (let seed = 0; seed < 150; seed++) assertProgramCompiles(seed, true);
});
